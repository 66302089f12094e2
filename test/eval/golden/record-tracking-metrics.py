"""Records tracking-metrics.json: two made-up scenes, and what the reference implementations say of them.

pip install numpy==1.26.4 scipy==1.17.1 motmetrics==1.4.0 && pip install --no-deps trackeval==1.3.0
python test/eval/golden/record-tracking-metrics.py > test/eval/golden/tracking-metrics.json
"""

import contextlib
import json
import random
import sys

import numpy as np

with contextlib.redirect_stdout(sys.stderr):
    import motmetrics
    import trackeval


def scene(seed, frame_count, object_count):
    """Boxes that move, and tracks of them that are missed, broken, swapped and invented at times."""
    rng = random.Random(seed)
    objects = [
        dict(
            id=i + 1, x=rng.uniform(0, 900), y=rng.uniform(0, 400), w=rng.uniform(40, 120), h=rng.uniform(30, 100),
            vx=rng.uniform(-6, 6), vy=rng.uniform(-2, 2), start=rng.randint(0, 8), end=rng.randint(frame_count - 12, frame_count),
            track=100 + i,
        )
        for i in range(object_count)
    ]
    fresh = 200
    frames = []
    for frame in range(frame_count):
        truth, tracks = [], []
        for o in objects:
            o["x"] += o["vx"]
            o["y"] += o["vy"]
            if not o["start"] <= frame < o["end"]:
                continue
            box = (o["x"], o["y"], o["x"] + o["w"], o["y"] + o["h"])
            truth.append(dict(id=o["id"], boxPx=[round(v, 1) for v in box]))
            if rng.random() < 0.04:
                o["track"] = fresh
                fresh += 1
            if rng.random() < 0.12:
                continue
            tracks.append(dict(id=o["track"], boxPx=[round(v + rng.gauss(0, 4.5), 1) for v in box]))
        if rng.random() < 0.15 and len(tracks) > 1:
            tracks[0]["id"], tracks[1]["id"] = tracks[1]["id"], tracks[0]["id"]
        if rng.random() < 0.3:
            x, y = rng.uniform(0, 900), rng.uniform(0, 400)
            tracks.append(dict(id=fresh, boxPx=[round(v, 1) for v in (x, y, x + 50, y + 50)]))
            fresh += 1
        frames.append(dict(truth=truth, tracks=tracks))
    return frames


def overlap(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def measure(frames):
    ids = lambda key: {i: n for n, i in enumerate(dict.fromkeys(box["id"] for f in frames for box in f[key]))}
    truth_ids, track_ids = ids("truth"), ids("tracks")
    similar = [
        np.array([[overlap(t["boxPx"], k["boxPx"]) for k in f["tracks"]] for t in f["truth"]]).reshape(len(f["truth"]), len(f["tracks"]))
        for f in frames
    ]
    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    for f, s in zip(frames, similar):
        distance = 1 - s
        distance[distance > 0.5] = np.nan
        accumulator.update([t["id"] for t in f["truth"]], [k["id"] for k in f["tracks"]], distance)
    names = ["mota", "idf1", "num_switches", "num_misses", "num_false_positives", "idtp"]
    clear = motmetrics.metrics.create().compute(accumulator, metrics=names, name="scene").iloc[0]
    hota = trackeval.metrics.HOTA().eval_sequence(
        dict(
            num_timesteps=len(frames), num_gt_ids=len(truth_ids), num_tracker_ids=len(track_ids),
            num_gt_dets=sum(len(f["truth"]) for f in frames), num_tracker_dets=sum(len(f["tracks"]) for f in frames),
            gt_ids=[np.array([truth_ids[t["id"]] for t in f["truth"]], int) for f in frames],
            tracker_ids=[np.array([track_ids[k["id"]] for k in f["tracks"]], int) for f in frames],
            similarity_scores=similar,
        )
    )
    return dict(
        mota=float(clear.mota), idf1=float(clear.idf1), identitySwitches=int(clear.num_switches), misses=int(clear.num_misses),
        falsePositives=int(clear.num_false_positives), identityTruePositives=int(clear.idtp),
        hota=float(np.mean(hota["HOTA"])), detA=float(np.mean(hota["DetA"])), assA=float(np.mean(hota["AssA"])),
    )


scenes = [scene(1, 30, 4), scene(2, 36, 5)]
print(
    json.dumps(
        dict(
            reference="CLEAR MOT and identities: py-motmetrics 1.4.0; HOTA: TrackEval 1.3.0",
            scenes=[dict(expected=measure(frames), frames=frames) for frames in scenes],
        ),
        separators=(",", ":"),
    )
)
