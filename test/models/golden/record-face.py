# Called by record-face.ts: prints what MediaPipe's own runtime, without GPU and XNNPACK, makes of a picture.
#   record-face.py <folder with mediapipe/modules/...> <picture: 192x192 RGB bytes> <number of outputs> mesh
#   record-face.py <folder> <picture: 128x128 RGB bytes> <number of outputs> finder
import json
import sys

import numpy
from mediapipe.python import packet_creator, packet_getter
from mediapipe.python._framework_bindings import calculator_graph, image_frame, resource_util

folder, picture, count, kind = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
side, low, high = (192, 0, 1) if kind == 'mesh' else (128, -1, 1)
model_options = '' if kind == 'mesh' else 'model_path: "mediapipe/modules/face_detection/face_detection_short_range.tflite"'
model_input = 'input_side_packet: "MODEL:model"' if kind == 'mesh' else ''
loader = """
node { calculator: "FaceLandmarksModelLoader" input_side_packet: "WITH_ATTENTION:with_attention" output_side_packet: "MODEL:model" }
"""
every = range(count)
graph = calculator_graph.CalculatorGraph(graph_config=f"""
input_stream: "image"
{' '.join(f'output_stream: "values{at}"' for at in every)}
input_side_packet: "with_attention"
node {{ calculator: "ImageToTensorCalculator" input_stream: "IMAGE:image" output_stream: "TENSORS:input"
  options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{
    output_tensor_width: {side} output_tensor_height: {side} output_tensor_float_range {{ min: {low} max: {high} }} }} }} }}
{loader if kind == 'mesh' else ''}
node {{ calculator: "TfLiteCustomOpResolverCalculator" output_side_packet: "OP_RESOLVER:resolver" }}
node {{ calculator: "InferenceCalculator" input_stream: "TENSORS:input" {model_input} input_side_packet: "OP_RESOLVER:resolver"
  output_stream: "TENSORS:output"
  options {{ [mediapipe.InferenceCalculatorOptions.ext] {{ {model_options} delegate {{ tflite {{}} }} }} }} }}
node {{ calculator: "SplitTensorVectorCalculator" input_stream: "output" {' '.join(f'output_stream: "part{at}"' for at in every)}
  options {{ [mediapipe.SplitVectorCalculatorOptions.ext] {{ {' '.join(f'ranges: {{ begin: {at} end: {at + 1} }}' for at in every)} }} }} }}
{' '.join(f'node {{ calculator: "TensorsToFloatsCalculator" input_stream: "TENSORS:part{at}" output_stream: "FLOATS:values{at}" }}' for at in every)}
""")
resource_util.set_resource_dir(folder)
found = {}
for at in every:
    graph.observe_output_stream(f'values{at}', lambda stream, packet: found.__setitem__(stream, packet_getter.get_float_list(packet)))
graph.start_run({'with_attention': packet_creator.create_bool(True)})
pixels = numpy.fromfile(picture, numpy.uint8).reshape(side, side, 3)
frame = packet_creator.create_image_frame(image_format=image_frame.ImageFormat.SRGB, data=pixels)
graph.add_packet_to_input_stream('image', frame.at(0))
graph.wait_until_idle()
graph.close()
print(json.dumps([found[f'values{at}'] for at in every]))
