"""Shards of poses: Parquet, and TFRecord of tf.train.Example."""
