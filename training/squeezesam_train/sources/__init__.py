"""Photos with label maps from many places behind one interface.

Every reader is a :class:`~squeezesam_train.sources.base.PhotoSource`: `folder` (our form), `coco`
(COCO and LVIS), `sa1b` and `shards` (tar files). All of them reach any photo at random, so that a
draw is a function of its random generator alone: a sample depends on (seed, index) and nothing
else, whichever worker or rank asks for it, and a resumed run sees what an unbroken one would have
seen.
"""
