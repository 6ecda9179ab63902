package org.kakuri.system.scwatcher.internal;

import java.util.Optional;
import java.util.function.Consumer;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.system.scwatcher.internal.fetch.FetchCount;
import org.kakuri.system.scwatcher.internal.fetch.Fetching;
import org.kakuri.system.scwatcher.internal.proc.Entry;
import org.kakuri.system.scwatcher.internal.proc.Tree;

/**
 * A guest's /proc, or its own files, for programs in isolation runtimes. The tree is made up inside their instance: the guest's
 * memory is fetched through the instance's border, encrypted.
 *
 * @param machine whose
 * @param introspection looks into it
 * @param what which of the two
 * @param fetching when pages are asked for
 * @param counted is told what fetching took when a program has ended
 */
record GuestTree(VirtualMachine machine, Introspection introspection, What what, Fetching fetching,
        Consumer<FetchCount> counted) implements ServedTree {

    /** What a tree shows. */
    enum What {
        /** The guest's /proc. */
        PROC,
        /** The guest's own files. */
        FILES
    }

    @Override
    public View open(WayOut out) {
        Watched watched = new Watched(machine, introspection, fetching, out);
        return new Seen(watched, what == What.PROC ? watched.now() : watched.files(), counted);
    }

    private record Seen(Watched watched, Tree tree, Consumer<FetchCount> counted) implements View {
        @Override
        public synchronized Optional<Node> find(String path, int reader) {
            return tree.find(path, reader).map(Seen::node);
        }

        private static Node node(Entry entry) {
            return switch (entry) {
            case Entry.Text text -> new File(text.content());
            case Entry.Stored file -> new File(file.content().get());
            case Entry.Folder folder -> new Folder(folder.entries());
            case Entry.Link link -> new Link(link.target());
            };
        }

        @Override
        public void close() {
            counted.accept(watched.count());
        }
    }
}
