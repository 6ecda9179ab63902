package org.kakuri.engine.internal.yaml;

import org.yaml.snakeyaml.error.Mark;

/**
 * A place in a file.
 *
 * @param line from 1
 * @param column from 1
 * @param path of the key
 * @param problems takes what is wrong there
 */
record Place(int line, int column, String path, Problems problems) {
    static Place of(Mark mark, String path, Problems problems) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1, path, problems);
    }

    /** Says what is wrong here. */
    void wrong(String reason) {
        problems.add(line, column, path, reason);
    }
}
