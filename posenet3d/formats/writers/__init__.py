"""Writers of lifted poses, one file a format; each declares a `Writer`."""

from posenet3d.formats.writers import bvh, c3d, csv, gltf, json, npz, trc

WRITERS = (
    npz.WRITER,
    json.WRITER,
    csv.WRITER,
    trc.WRITER,
    bvh.WRITER,
    c3d.WRITER,
    gltf.WRITER,
)
"""The formats that can be written, in the order in which messages and --help list them."""
