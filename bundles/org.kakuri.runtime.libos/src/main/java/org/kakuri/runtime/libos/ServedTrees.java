package org.kakuri.runtime.libos;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.Nearest;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.ServedTree;

/** The trees that services offer to guests, by name. Thread-safe; services come and go. */
public final class ServedTrees {
    private final Map<String, ServedTree> trees = new ConcurrentHashMap<>();

    /** A service has appeared. */
    public void add(ServedTree tree, Map<String, Object> properties) {
        trees.put(String.valueOf(properties.get(ServedTree.NAME)), tree);
    }

    /** A service has gone; guests that it serves keep what they have opened. */
    public void remove(ServedTree tree) {
        trees.values().remove(tree);
    }

    /**
     * Returns a tree.
     *
     * @throws org.kakuri.api.KakuriException naming the nearest if there is none of that name
     */
    ServedTree get(String name) {
        ServedTree tree = trees.get(name);
        if (tree == null) {
            if (trees.isEmpty()) {
                throw new Refused("no service offers the tree " + name + ": there is none at all",
                        "start the system that offers it");
            }
            throw Nearest.unknown("served tree", name, trees.keySet());
        }
        return tree;
    }
}
