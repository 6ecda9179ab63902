package org.kakuri.api.runtime;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A tree of files that somebody makes up while guests read it, such as the /proc of a virtual machine that is watched
 * from outside. A service with the property {@link #NAME}; a runtime that knows the session option
 * {@code mount.GUEST-PATH} puts it in place of a folder for unmodified programs. Implemented by research systems,
 * called by runtimes only, from several threads.
 */
@ConsumerType
public interface ServedTree {
    /** Service property. String. What {@code mount./proc=served:NAME} takes. */
    String NAME = "kakuri.served.name";

    /**
     * Begins to serve a guest: everything it sees is of one moment, if the tree can do that. The tree is served inside the guest's
     * instance, so what it needs from outside it gets by a way that the runtime counts.
     *
     * @param out used now and whenever something is looked up
     * @return what is asked from then on; closed when the guest has ended
     */
    View open(WayOut out);

    /** How a tree that is served inside an instance asks somebody outside. */
    @ConsumerType
    interface WayOut {
        /** There is no instance: asking costs nothing. */
        WayOut FREE = (request, outside) -> outside.apply(request);

        /**
         * Carries a request out of the instance of the process that is being served, and the reply in. It counts, and costs, what
         * a system call that leaves that instance does.
         *
         * @param request bytes that the host may see
         * @param outside serves it, outside
         * @return the reply; the host made it
         */
        byte[] ask(byte[] request, UnaryOperator<byte[]> outside);
    }

    /** The tree as one guest sees it. Thread-safe. */
    @ConsumerType
    interface View extends AutoCloseable {
        /**
         * Returns what lies at a path.
         *
         * @param path below the mount, without a leading or trailing slash; empty for the top
         * @param reader process that asks, with the pid that it knows itself by: what {@code self} leads to
         */
        Optional<Node> find(String path, int reader);

        @Override
        void close();
    }

    /** A file, folder or symbolic link. */
    sealed interface Node {}

    /**
     * A file.
     *
     * @param content its bytes, now
     */
    record File(byte[] content) implements Node {
        /** Copies the bytes. */
        public File {
            content = content.clone();
        }
    }

    /**
     * A folder.
     *
     * @param entries names of what lies in it, in the order in which readers see them; a name that ends with a slash is a folder, with {@code @} a symbolic link
     */
    record Folder(List<String> entries) implements Node {
        /** Copies the names. */
        public Folder {
            entries = List.copyOf(entries);
        }
    }

    /**
     * A symbolic link.
     *
     * @param target where it leads
     */
    record Link(String target) implements Node {}
}
