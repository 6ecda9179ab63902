package org.kakuri.system.scwatcher.internal.fuse;

import java.util.HashMap;
import java.util.Map;

/** The kernel's numbers of files that it has looked up and not forgotten. Number 1 is the top. */
final class FuseNodes {
    private static final long TOP = 1;

    private static final class Node {
        private final String path;
        private long lookups;

        private Node(String path) {
            this.path = path;
        }
    }

    private final Map<Long, Node> nodes = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private long next = TOP + 1;

    FuseNodes() {
        nodes.put(TOP, new Node(""));
    }

    /** The path of a number; null if it was forgotten. */
    String path(long number) {
        Node node = nodes.get(number);
        return node == null ? null : node.path;
    }

    long lookUp(String path) {
        long number = numbers.computeIfAbsent(path, _ -> next++);
        nodes.computeIfAbsent(number, _ -> new Node(path)).lookups++;
        return number;
    }

    void forget(long number, long lookups) {
        Node node = nodes.get(number);
        if (node != null && number != TOP) {
            node.lookups -= lookups;
            if (node.lookups <= 0) {
                nodes.remove(number);
                numbers.remove(node.path);
            }
        }
    }

    int count() {
        return nodes.size();
    }
}
