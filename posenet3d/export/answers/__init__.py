"""What exported forms answer: run, compared with Keras, kept as golden outputs."""
