"""ConfigProto and RunOptions: honoured, without effect, or refused by name."""

import pytest

import tftutor as tf
from tftutor.client.config import read_config
from tftutor.runtime.device_set import GpuSettings

pytestmark = pytest.mark.usefixtures("graph")


def test_fields_that_programs_set_are_accepted():
    config = tf.ConfigProto(allow_soft_placement=True, intra_op_parallelism_threads=1,
                            inter_op_parallelism_threads=2, device_count={"GPU": 0, "CPU": 1},
                            gpu_options=tf.GPUOptions(per_process_gpu_memory_fraction=0.3))
    config.gpu_options.allow_growth = True
    config.graph_options.optimizer_options.global_jit_level = tf.OptimizerOptions.ON_1
    c = tf.constant(1.0)
    assert tf.Session(config=config).run(c) == 1.0


def test_settings_of_devices_and_threads_are_read():
    config = tf.ConfigProto(device_count={"GPU": 2}, inter_op_parallelism_threads=3)
    options = config.gpu_options
    options.per_process_gpu_memory_fraction = 0.25
    options.allow_growth = True
    options.visible_device_list = "1"
    options.experimental.virtual_devices.add(memory_limit_mb=[100, 200])
    options.experimental.virtual_devices.add()
    read = read_config(config)
    assert read.device_count == {"GPU": 2} and read.inter_op_threads == 3
    assert read.gpu == (0.25, True, "1", ((100.0, 200.0), ()), False)
    assert read_config(None) == read_config(tf.ConfigProto())


@pytest.mark.parametrize("threads, kept", [(0, 0), (1, 1), (-1, 1)])
def test_inter_op_threads_below_zero_mean_the_callers(threads, kept):
    read = read_config(tf.ConfigProto(inter_op_parallelism_threads=threads))
    assert read.inter_op_threads == kept


@pytest.mark.parametrize("options", [
    {"allocator_type": "BFC"}, {"deferred_deletion_bytes": 1}, {"force_gpu_compatible": True},
    {"polling_active_delay_usecs": 1, "polling_inactive_delay_msecs": 1}])
def test_gpu_options_without_effect_are_accepted(options):
    assert read_config(tf.ConfigProto(gpu_options=tf.GPUOptions(**options))).gpu == GpuSettings()


def test_empty_messages_say_nothing():
    config = tf.ConfigProto(gpu_options=tf.GPUOptions(), graph_options=tf.GraphOptions())
    config.gpu_options.experimental.SetInParent()
    assert read_config(config) == read_config(None)


def test_gpu_option_that_tensorflow_lacks_is_refused():
    config = tf.ConfigProto()
    config.gpu_options.experimental.use_cuda_malloc_async = True
    with pytest.raises(tf.errors.UnimplementedError, match="gpu_options.experimental.use_cuda_mal"
                       "loc_async' is not supported by tftutor: TensorFlow 1.15 has no such"):
        read_config(config)


def test_options_of_another_protocol_are_taken():
    config = tf.ConfigProto()
    config.rpc_options.use_rpc_for_inprocess_master = True
    with tf.Session(config=config) as session:
        assert session.run(tf.constant(1)) == 1


def test_cluster_is_refused_by_its_field():
    config = tf.ConfigProto()
    config.cluster_def.job.add(name="ps")
    with pytest.raises(tf.errors.UnimplementedError, match="cluster_def.job"):
        tf.Session(config=config)


def test_config_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="config must be a tf.ConfigProto, but got <class 'int'>"):
        tf.Session(config=3)


def test_missing_device_is_refused_unless_placement_is_soft():
    with tf.device("/gpu:0"):
        c = tf.constant(1.0, name="c")
    with pytest.raises(tf.errors.InvalidArgumentError, match="explicitly assigned to /device:GPU:0 "
                                                             "but available devices are"):
        tf.Session().run(c)
    soft = tf.ConfigProto(allow_soft_placement=True)
    assert tf.Session(config=soft).run(c) == 1.0


def test_other_job_is_refused_even_when_placement_is_soft():
    with tf.device("/job:ps"):
        c = tf.constant(1.0, name="c")
    with pytest.raises(tf.errors.InvalidArgumentError, match="/job:ps"):
        tf.Session(config=tf.ConfigProto(allow_soft_placement=True)).run(c)


def test_device_count_gives_more_cpus():
    with tf.device("/cpu:1"):
        c = tf.constant(1.0)
    sess = tf.Session(config=tf.ConfigProto(device_count={"CPU": 2}))
    assert sess.run(c) == 1.0
    assert [d.name for d in sess.list_devices()] == [
        "/job:localhost/replica:0/task:0/device:CPU:0",
        "/job:localhost/replica:0/task:0/device:CPU:1"]


def test_device_mapping_is_logged_when_the_session_is_made(capfd, monkeypatch):
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", list)
    tf.Session(config=tf.ConfigProto(log_device_placement=True))
    assert capfd.readouterr().err == "Device mapping: no known devices.\n"
    tf.Session(config=tf.ConfigProto(log_device_placement=True, device_count={"GPU": 1}))
    assert ("Device mapping:\n/job:localhost/replica:0/task:0/device:GPU:0 -> device: 0, name: "
            "Simulated GPU" in capfd.readouterr().err)


def test_session_lists_its_gpus(monkeypatch):
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", list)
    config = tf.ConfigProto(device_count={"GPU": 2, "CPU": 2})
    config.gpu_options.per_process_gpu_memory_fraction = 0.5
    devices = tf.Session(config=config).list_devices()
    assert [(d.device_type, d.memory_limit_bytes) for d in devices] == [
        ("CPU", 256 << 20), ("CPU", 256 << 20), ("GPU", 1 << 29), ("GPU", 1 << 29)]
    assert [repr(device).endswith("simulated)") for device in devices] == [False, False, True, True]


@pytest.mark.parametrize("selection", ["5", "x"])
def test_visible_device_list_that_names_nothing_stops_the_session(monkeypatch, selection):
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", list)
    config = tf.ConfigProto(device_count={"GPU": 2})
    config.gpu_options.visible_device_list = selection
    with pytest.raises(tf.errors.InvalidArgumentError, match="'visible_device_list'"):
        tf.Session(config=config)


def test_placement_is_logged_once_for_each_operation(capfd):
    c = tf.multiply(tf.placeholder_with_default(2.0, []), 2.0, name="c")
    sess = tf.Session(config=tf.ConfigProto(log_device_placement=True))
    sess.run(c)
    sess.run([c])
    err = capfd.readouterr().err
    assert err.count("c: (Mul): /job:localhost/replica:0/task:0/device:CPU:0") == 1


def test_run_options_of_another_kind_are_refused():
    c = tf.constant(1.0)
    with pytest.raises(TypeError, match="options must be a tf.RunOptions"):
        tf.Session().run(c, options=3)


def test_debug_options_are_refused():
    c = tf.constant(1.0)
    options = tf.RunOptions()
    options.debug_options.debug_tensor_watch_opts.add(node_name="c")
    with pytest.raises(tf.errors.UnimplementedError, match="'debug_options'"):
        tf.Session().run(c, options=options)
