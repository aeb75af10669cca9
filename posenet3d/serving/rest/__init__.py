"""TensorFlow Serving's REST API: the same model, versions and batches as gRPC, asked in JSON."""
