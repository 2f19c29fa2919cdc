"""A step's statistics, made by hand, and the Chrome traces that a Timeline makes of them.

Three devices, a GPU's stream and copies, Recvs, lanes that overlap, an operation with two outputs,
an input that nobody made, a label that can't be parsed, and times that coincide.
"""

from __future__ import annotations

STATS = """
dev_stats { device: "/job:localhost/replica:0/task:0/device:CPU:0"
  node_stats { node_name: "_SOURCE" all_start_micros: 100 all_end_rel_micros: 3
    timeline_label: "_SOURCE = NoOp()" }
  node_stats { node_name: "a" all_start_micros: 103 all_end_rel_micros: 2 thread_id: 77
    timeline_label: "a = Const()" output { tensor_description { dtype: DT_FLOAT
      shape { dim { size: 2 } } allocation_description { requested_bytes: 8
      allocator_name: "cpu" } } } }
  node_stats { node_name: "split" all_start_micros: 106 all_end_rel_micros: 10
    timeline_label: "split = Split(split/split_dim, a)"
    output { tensor_description { allocation_description { requested_bytes: 4
      allocator_name: "cpu" } } }
    output { slot: 1 tensor_description { allocation_description { requested_bytes: 4
      allocator_name: "cpu" } } } }
  node_stats { node_name: "odd" all_start_micros: 108 all_end_rel_micros: 1
    timeline_label: "no label" }
  node_stats { node_name: "b" all_start_micros: 117 all_end_rel_micros: 9
    timeline_label: "b = Add(split, split:1, ^odd)" output { tensor_description {
      allocation_description { requested_bytes: 4 allocator_name: "cpu" } } } }
  node_stats { node_name: "c" all_start_micros: 117 all_end_rel_micros: 5
    timeline_label: "c = Mul(split, unknown)" output { tensor_description {
      allocation_description { requested_bytes: 64 allocator_name: "other" } } } }
}
dev_stats { device: "/job:localhost/replica:0/task:0/device:GPU:0"
  node_stats { node_name: "RecvTensor" all_start_micros: 127 all_end_rel_micros: 4
    timeline_label: "[8B] RecvTensor" }
  node_stats { node_name: "d" all_start_micros: 131 all_end_rel_micros: 20
    timeline_label: "d = MatMul(b/_3, c/_5)" output { tensor_description {
      allocation_description { requested_bytes: 256 allocator_name: "gpu_bfc" } } } }
}
dev_stats { device: "/device:GPU:0/stream:all"
  node_stats { node_name: "d:MatMul" all_start_micros: 133 all_end_rel_micros: 15 }
  node_stats { node_name: "plain" all_start_micros: 150 all_end_rel_micros: 1 }
}
dev_stats { device: "/device:GPU:0/memcpy"
  node_stats { node_name: "edge_3_b:MEMCPYHtoD" all_start_micros: 128 all_end_rel_micros: 2
    timeline_label: "MEMCPYHtoD 4 bytes (Pageable to Device)" }
}
dev_stats { device: "/job:localhost/replica:0/task:0/device:GPU:1"
  node_stats { node_name: "d/_8" all_start_micros: 131 all_end_rel_micros: 25
    timeline_label: "d/_8 = _Recv(edge_4_d @ /job:localhost/replica:0/task:0/device:GPU:1, d)"
    output { tensor_description { allocation_description { requested_bytes: 256
      allocator_name: "gpu_1_bfc" } } } }
  node_stats { node_name: "f" all_start_micros: 157 all_end_rel_micros: 3
    timeline_label: "f = Relu(d/_8)" }
}
"""
OPTIONS = [(False, False), (True, False), (False, True), (True, True)]


def traces(stats_class, timeline_class, text_format):
    """The traces with each of OPTIONS, and what the allocators held at most."""
    found = []
    for show_dataflow, show_memory in OPTIONS:
        stats = text_format.Parse(STATS, stats_class())
        found.append(timeline_class(stats).generate_chrome_trace_format(show_dataflow,
                                                                        show_memory))
    analysis = timeline_class(text_format.Parse(STATS, stats_class())).analyze_step_stats()
    most = {name: [m.timestamp, m.num_bytes, sorted(m.tensors)]
            for name, m in analysis.allocator_maximums.items()}
    return {"traces": found, "maximums": most}
