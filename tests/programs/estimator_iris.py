"""Flowers by their petals: ready-made estimators on columns, as in the tutorials of TF 1.8."""
from __future__ import absolute_import, division, print_function

import tempfile

import numpy as np
import tensorflow as tf

FEATURES = ['SepalLength', 'SepalWidth', 'PetalLength', 'PetalWidth']
SPECIES = ['Setosa', 'Versicolor', 'Virginica']
MEANS = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])


def flowers(seed, count):
    """Synthetic ones: around the mean of their species, and a colour that goes with it."""
    random = np.random.RandomState(seed)
    species = random.randint(0, 3, count)
    table = (MEANS[species] + 0.3 * random.randn(count, 4)).astype(np.float32)
    features = dict(zip(FEATURES, table.T))
    colours = np.array(['blue', 'white', 'violet'])
    features['Colour'] = colours[(species + random.randint(0, 2, count)) % 3]
    return features, species


def train_input_fn(features, labels, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((dict(features), labels))
    return dataset.repeat().batch(batch_size)


def eval_input_fn(features, labels, batch_size):
    inputs = dict(features) if labels is None else (dict(features), labels)
    return tf.data.Dataset.from_tensor_slices(inputs).batch(batch_size)


def main(argv):
    train_x, train_y = flowers(0, 120)
    test_x, test_y = flowers(1, 60)
    numbers = [tf.feature_column.numeric_column(key=key) for key in FEATURES]
    petals = tf.feature_column.bucketized_column(numbers[2], [2.5, 4.9])
    colour = tf.feature_column.categorical_column_with_vocabulary_list(
        'Colour', ['blue', 'white', 'violet'])
    crossed = tf.feature_column.crossed_column([petals, 'Colour'], 20)
    models = [
        ("deep", tf.estimator.DNNClassifier(
            feature_columns=numbers + [tf.feature_column.indicator_column(colour)],
            hidden_units=[10, 10], n_classes=3,
            config=tf.estimator.RunConfig(tempfile.mkdtemp(), tf_random_seed=1))),
        ("wide", tf.estimator.LinearClassifier(
            feature_columns=[petals, colour, crossed], n_classes=3,
            config=tf.estimator.RunConfig(tempfile.mkdtemp(), tf_random_seed=1))),
    ]
    for name, classifier in models:
        classifier.train(lambda: train_input_fn(train_x, train_y, 30), steps=150)
        result = classifier.evaluate(lambda: eval_input_fn(test_x, test_y, 30))
        print('{}: test set accuracy: {accuracy:0.3f}, loss {average_loss:0.3f}'.format(
            name, **result))
        some = {key: value[:3] for key, value in test_x.items()}
        for pred, expec in zip(classifier.predict(lambda: eval_input_fn(some, None, 30)),
                               test_y):
            class_id = pred['class_ids'][0]
            probability = pred['probabilities'][class_id]
            print('Prediction is "{}" ({:.1f}%), expected "{}"'.format(
                SPECIES[class_id], 100 * probability, SPECIES[expec]))

    size = tf.estimator.LinearRegressor(
        numbers[:2], optimizer=tf.train.FtrlOptimizer(0.5),
        config=tf.estimator.RunConfig(tempfile.mkdtemp(), tf_random_seed=1))
    size.train(lambda: train_input_fn(train_x, train_x['PetalLength'], 30), steps=100)
    result = size.evaluate(lambda: eval_input_fn(test_x, test_x['PetalLength'], 60))
    print('mean squared error {:.3f}, mean label {:.3f}'.format(
        result['average_loss'], result['label/mean']))
    for key in size.get_variable_names():
        print(key, np.round(size.get_variable_value(key), 2).ravel())


if __name__ == '__main__':
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.app.run(main)
