"""Notes on operations that hold, move or shape values, and on those that only keep order."""

from __future__ import annotations

STRUCTURE: dict[str, tuple[str, str]] = {
    # -- sources
    "Const": ("", "A value that is part of the graph itself: the same in every run. Numbers that "
              "you write into an expression, as the 2 in `x * 2`, become such nodes."),
    "Placeholder": ("", "An input: it has no value until `sess.run(..., feed_dict={...})` gives it "
                    "one. Running without feeding it is an error."),
    "PlaceholderWithDefault": ("", "An input that may be fed; otherwise it passes its own input "
                               "on."),
    "VariableV2": ("", "A value that stays in the session between runs, such as weights. It is "
                   "empty until its initializer has run."),
    "VarHandleOp": ("", "A reference to a variable's memory. ReadVariableOp reads it, "
                    "AssignVariableOp writes it."),
    "RandomUniform": ("", "Random numbers between 0 and 1, all equally likely; new in each run."),
    "RandomStandardNormal": ("", "Random numbers of a normal distribution (mean 0, deviation 1); "
                             "new in each run."),
    "TruncatedNormal": ("", "Normal random numbers, none further than 2 deviations out: usual for "
                        "initial weights."),
    "RandomUniformInt": ("", "Random whole numbers; new in each run."),
    "RandomShuffle": ("", "The rows in a random order; a new one in each run."),
    "Range": ("y = start, start + delta, ... before limit", "Counts. A reduction over all axes "
              "makes one to name the axes."),
    "Fill": ("", "A tensor of a given shape, filled with one value."),
    "ZerosLike": ("y = 0 in the shape of x", "Zeros of the same shape. In a gradient: for an "
                  "output that the loss doesn't depend on."),
    "OnesLike": ("y = 1 in the shape of x", "Ones of the same shape. Every gradient begins with "
                 "the derivative of the loss by itself, which is 1."),
    # -- variables
    "Assign": ("ref = value", "Writes a variable. `v.initializer` is such a node."),
    "AssignAdd": ("ref = ref + value", "Adds to a variable: counts steps, for instance."),
    "AssignSub": ("ref = ref - value", "Subtracts from a variable."),
    "AssignVariableOp": ("variable = value", "Writes a resource variable."),
    "AssignAddVariableOp": ("variable = variable + value", "Adds to a resource variable."),
    "AssignSubVariableOp": ("variable = variable - value", "Subtracts from a resource variable."),
    "ReadVariableOp": ("", "Reads the current value of a resource variable."),
    "IsVariableInitialized": ("", "Whether a variable has a value yet."),
    "VarIsInitializedOp": ("", "Whether a resource variable has a value yet."),
    "ScatterUpdate": ("ref[indices] = updates", "Writes some rows of a variable."),
    "ScatterAdd": ("ref[indices] = ref[indices] + updates", "Adds to some rows of a variable."),
    "ScatterSub": ("ref[indices] = ref[indices] - updates", "Subtracts from some rows of a "
                   "variable: the step of gradient descent for an embedding."),
    # -- passing on
    "Identity": ("y = x", "Passes a value on unchanged. TensorFlow makes one to read a variable, "
                 "to give a tensor a name, or to hang control dependencies on."),
    "IdentityN": ("", "Passes several values on unchanged."),
    "StopGradient": ("y = x, but dy/dx = 0", "Passes a value on, but no gradient back."),
    "PreventGradient": ("y = x", "Passes a value on; asking for its gradient is an error."),
    "NoOp": ("", "Computes nothing. It exists for what must run before it: fetching it runs "
             "everything it waits for. `init` and the `train_op` of an optimizer are such nodes."),
    "ControlTrigger": ("", "Computes nothing: a point that others wait for."),
    "Cast": ("", "Turns numbers into another dtype: bool to float gives 0 and 1."),
    "CheckNumerics": ("y = x", "Passes a value on, and fails the run if there is NaN or Inf in "
                      "it."),
    "Print": ("y = x", "Passes a value on and prints what it was given, each time it runs."),
    "Assert": ("", "Fails the run when its condition is False."),
    "PyFunc": ("", "Calls a Python function with arrays. It can't be saved in a GraphDef and has "
               "no gradient of its own."),
    # -- shapes
    "Shape": ("y = sizes of x", "The sizes of a tensor as it is in this run: also those that "
              "aren't known before."),
    "ShapeN": ("", "The sizes of several tensors."),
    "Rank": ("y = number of axes", "How many axes a tensor has."),
    "Size": ("y = number of values", "How many numbers a tensor holds."),
    "Reshape": ("", "The same numbers in the same order, in another shape. One size may be -1: it "
                "follows from the others."),
    "Transpose": ("y[j, i] = x[i, j]", "Swaps axes, in the order that perm gives."),
    "ExpandDims": ("", "Adds an axis of size 1."),
    "Squeeze": ("", "Removes axes of size 1."),
    "ConcatV2": ("", "Joins tensors along an axis that they have; the other sizes must agree."),
    "Concat": ("", "Joins tensors along an axis that they have; the other sizes must agree."),
    "Pack": ("", "Stacks tensors of one shape along a new axis (tf.stack)."),
    "Unpack": ("", "Takes a tensor apart along an axis (tf.unstack)."),
    "Split": ("", "Cuts a tensor into equal parts along an axis."),
    "SplitV": ("", "Cuts a tensor into parts of given sizes along an axis."),
    "Slice": ("", "Cuts out a block: begin and size for each axis."),
    "StridedSlice": ("", "What `x[a:b:c]` makes: cuts out a part of a tensor."),
    "GatherV2": ("y[i] = x[indices[i]]", "Picks rows by their numbers: the look-up in an "
                 "embedding."),
    "Gather": ("y[i] = x[indices[i]]", "Picks rows by their numbers."),
    "GatherNd": ("", "Picks entries by lists of coordinates."),
    "OneHot": ("", "Turns a class number into a row with a 1 at that place and 0 elsewhere."),
    "Tile": ("", "Repeats a tensor along its axes. In a gradient: spreads the gradient of a sum or "
             "mean over what was summed."),
    "BroadcastTo": ("", "Repeats along axes of size 1 until a shape is reached."),
    "Pad": ("", "Adds zeros around."),
    "DynamicStitch": ("", "Puts rows together from several tensors. In the gradient of a reduction "
                      "it works out a shape."),
    "DynamicPartition": ("", "Distributes rows to several tensors."),
    "Unique": ("", "The different values of a vector, and which is which. For sparse updates: each "
               "row once."),
    "UnsortedSegmentSum": ("", "Adds up rows that have the same number: gradients of one row of an "
                           "embedding."),
    # -- control flow
    "Switch": ("", "A fork: sends its value to one of two outputs, by a boolean. What hangs on the "
               "other output doesn't run. tf.cond and tf.while_loop are made of these."),
    "RefSwitch": ("", "A fork for a variable's reference."),
    "Merge": ("", "Where branches meet: passes on the one value that arrives, and which it was."),
    "Enter": ("", "The entrance of a loop: brings a value into it."),
    "RefEnter": ("", "The entrance of a loop for a variable's reference."),
    "Exit": ("", "The way out of a loop: gives the final value."),
    "NextIteration": ("", "Leads a value to the loop's next round: the edge that goes back."),
    "LoopCond": ("", "The loop's condition: another round, or out."),
    "TensorArrayV3": ("", "A list of tensors that a loop writes and reads by index."),
    "TensorArrayWriteV3": ("", "Writes one element of a TensorArray."),
    "TensorArrayReadV3": ("", "Reads one element of a TensorArray."),
    "TensorArrayScatterV3": ("", "Writes the rows of a tensor as elements of a TensorArray."),
    "TensorArrayGatherV3": ("", "Stacks elements of a TensorArray to one tensor."),
    "TensorArrayGradV3": ("", "The TensorArray that collects the gradients of another."),
    "StackV2": ("", "Remembers values of each round of a loop, for its gradient."),
    "StackPushV2": ("", "Remembers a value for the loop that computes the gradient."),
    "StackPopV2": ("", "Takes back the value that was remembered last."),
    # -- between devices
    "_Send": ("", "Sends a tensor to another device or task; put in when the graph is divided."),
    "_Recv": ("", "Receives a tensor from another device or task; put in when the graph is "
              "divided."),
    # -- files and summaries
    "SaveV2": ("", "Writes tensors to a checkpoint."),
    "RestoreV2": ("", "Reads tensors from a checkpoint."),
    "MergeV2Checkpoints": ("", "Makes one checkpoint of the parts that several devices wrote."),
    "ShardedFilename": ("", "The name of one part of a checkpoint."),
    "ScalarSummary": ("", "One number for TensorBoard, written with a name and a step."),
    "HistogramSummary": ("", "How the values of a tensor are distributed, for TensorBoard."),
    "ImageSummary": ("", "Images for TensorBoard."),
    "MergeSummary": ("", "Several summaries as one: `tf.summary.merge_all()`."),
    # -- queues and data
    "FIFOQueueV2": ("", "A queue between threads: first in, first out."),
    "RandomShuffleQueueV2": ("", "A queue that gives its elements in a random order."),
    "QueueEnqueueV2": ("", "Puts one element into a queue; waits while it is full."),
    "QueueEnqueueManyV2": ("", "Puts rows into a queue, each as an element."),
    "QueueDequeueV2": ("", "Takes one element from a queue; waits while it is empty. If nobody "
                       "fills it (no queue runners started), it waits for ever."),
    "QueueDequeueManyV2": ("", "Takes a batch from a queue; waits until there are enough."),
    "QueueCloseV2": ("", "Says that nothing more will come into a queue."),
    "QueueSizeV2": ("", "How many elements are in a queue."),
    "TensorSliceDataset": ("", "A dataset of the rows of tensors."),
    "RangeDataset": ("", "A dataset of numbers, counted up."),
    "MapDataset": ("", "Applies a function to each element of a dataset."),
    "ParallelMapDataset": ("", "Applies a function to elements of a dataset, several at a time."),
    "BatchDatasetV2": ("", "Puts elements of a dataset together to batches."),
    "ShuffleDataset": ("", "Gives the elements of a dataset in a random order, from a buffer."),
    "RepeatDataset": ("", "Goes through a dataset several times."),
    "PrefetchDataset": ("", "Prepares the next elements while the step runs."),
    "IteratorV2": ("", "Where reading in a dataset has got to."),
    "OneShotIterator": ("", "Goes through a dataset once, without initialisation."),
    "IteratorGetNext": ("", "The next element of a dataset: another one in each run, OutOfRange at "
                        "the end."),
    "MakeIterator": ("", "Puts an iterator at the beginning of a dataset."),
}
