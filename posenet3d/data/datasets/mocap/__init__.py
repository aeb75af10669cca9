"""Motion capture files: from their text to the joints of `cmu17` in metres."""
