"""Records byte-track.json: the tracks that a reference implementation of ByteTrack makes of recorded detections.

pip install supervision==0.25.1 "numpy<2"
node test/eval/golden/record-detections.ts > detections.json
python test/eval/golden/record-byte-track.py detections.json > test/eval/golden/byte-track.json
"""

import json
import sys

import numpy as np
import supervision

recorded = json.load(open(sys.argv[1]))
# Our division into high and low scores, and our seconds; the rest is ByteTrack's own.
settings = dict(
    track_activation_threshold=0.35, lost_track_buffer=30, frame_rate=recorded["framesPerSecond"], minimum_consecutive_frames=3
)
tracker = supervision.ByteTrack(**settings)
frames = []
for detections in recorded["frames"]:
    boxes = np.array([d[1:] for d in detections], float).reshape(-1, 4)
    scores = np.array([d[0] for d in detections], float)
    tracks = tracker.update_with_tensors(np.hstack((boxes, scores[:, None])))
    # A track says where it believes to be, not which detection it took: the one that overlaps it most, one to one.
    ids = [None] * len(detections)
    pairs = []
    for track in tracks:
        for i, box in enumerate(boxes):
            w = min(track.tlbr[2], box[2]) - max(track.tlbr[0], box[0])
            h = min(track.tlbr[3], box[3]) - max(track.tlbr[1], box[1])
            if w > 0 and h > 0:
                area = lambda b: (b[2] - b[0]) * (b[3] - b[1])
                pairs.append((w * h / (area(track.tlbr) + area(box) - w * h), i, int(track.external_track_id)))
    taken = set()
    for overlap, i, track_id in sorted(pairs, reverse=True):
        if overlap < 0.5 or ids[i] is not None or track_id in taken or track_id < 0:
            continue
        ids[i] = track_id
        taken.add(track_id)
    frames.append([[*d, i] for d, i in zip(detections, ids)])
print(
    json.dumps(
        dict(
            reference=f"ByteTrack of supervision {supervision.__version__}",
            settings=settings,
            framesPerSecond=recorded["framesPerSecond"],
            frames=frames,
        ),
        separators=(",", ":"),
    )
)
