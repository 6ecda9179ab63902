package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.kakuri.api.Refused;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestFile;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.Struct;

/**
 * Files of the guest from its dentry and page caches. For a file system that lives in memory (initramfs, tmpfs) that is all there
 * is of it; of others it is what was used lately.
 */
final class FileTree {
    private static final int MOST_ENTRIES = 100_000;
    private static final int MOST_LINKS = 16;
    private static final int PAGE = 4096;
    private static final int LINK = 0xa000;

    private final KernelMemory memory;
    private final Dentries dentries;
    private final MountTable mounts;
    private final Xarray xarray;
    private final boolean siblings;
    private final int children;
    private final int sibling;
    private final Field mode;
    private final Field uid;
    private final Field gid;
    private final Field size;
    private final Field number;
    private final Field link;
    private final Field mapping;
    private final Field pages;
    private final int pageBytes;

    FileTree(KernelMemory memory, Dentries dentries, MountTable mounts) {
        this.memory = memory;
        this.dentries = dentries;
        this.mounts = mounts;
        this.xarray = new Xarray(memory);
        KernelModel model = memory.model();
        Struct dentry = Struct.of(model, "dentry");
        // From 6.8 children hang on an hlist.
        this.siblings = dentry.has("d_sib");
        this.children = dentry.offset(siblings ? "d_children" : "d_subdirs");
        this.sibling = dentry.offset(siblings ? "d_sib" : "d_child");
        Struct inode = Struct.of(model, "inode");
        this.mode = inode.field("i_mode");
        this.uid = inode.field("i_uid");
        this.gid = inode.field("i_gid");
        this.size = inode.field("i_size");
        this.number = inode.field("i_ino");
        this.link = inode.field("i_link");
        this.mapping = inode.field("i_mapping");
        this.pages = Struct.of(model, "address_space").field("i_pages.xa_head");
        this.pageBytes = Struct.of(model, "page").size();
    }

    /** A folder or file as it is reached: its dentry and the mount it is seen through. */
    private record Node(long dentry, long mount) {}

    Optional<List<GuestFile>> list(String path) {
        Mounts over = new Mounts();
        Optional<Node> found = over.root().flatMap(root -> resolve(root, path, over));
        if (found.isEmpty() || !file(found.get(), "").directory()) {
            return Optional.empty();
        }
        List<GuestFile> files = new ArrayList<>();
        each(found.get().dentry, child -> {
            if (dentries.inode.get(memory, child) != 0 && dentries.hashed.get(memory, child) != 0) {
                files.add(file(over.through(new Node(child, found.get().mount)), dentries.name(child)));
            }
        });
        files.sort(Comparator.comparing(GuestFile::name));
        return Optional.of(files);
    }

    Optional<byte[]> content(String path, int limit) {
        Mounts over = new Mounts();
        return over.root().flatMap(root -> resolve(root, path, over)).map(node -> content(node, path, limit));
    }

    private GuestFile file(Node node, String name) {
        long inode = dentries.inode.get(memory, node.dentry);
        int kind = mode.integer(memory, inode);
        String target = (kind & 0xf000) == LINK ? target(inode) : "";
        return new GuestFile(name, kind, uid.integer(memory, inode), gid.integer(memory, inode),
                size.get(memory, inode),
                number.get(memory, inode), target);
    }

    private String target(long inode) {
        long text = link.get(memory, inode);
        return text == 0 ? "" : memory.text(text, PAGE);
    }

    private void each(long dentry, LongConsumer child) {
        Chain chain = new Chain(memory, new Skips(), "dentry.d_children", MOST_ENTRIES);
        if (siblings) {
            chain.toNull(dentry + children, node -> child.accept(node - sibling));
        } else {
            chain.circular(dentry + children, node -> child.accept(node - sibling));
        }
    }

    /** What is mounted where. */
    private final class Mounts {
        private final Map<Node, Long> on = new HashMap<>();
        private long first;

        private Mounts() {
            mounts.each(new Skips(), mount -> {
                long outer = dentries.mountParent.get(memory, mount);
                if (outer == mount) {
                    first = mount;
                } else {
                    on.put(new Node(dentries.mountPoint.get(memory, mount), outer), mount);
                }
            });
        }

        private Optional<Node> root() {
            return first == 0 ? Optional.empty()
                    : Optional.of(through(new Node(dentries.mountRoot.get(memory, first), first)));
        }

        private Node through(Node node) {
            Node at = node;
            for (int i = 0; i < MOST_LINKS && on.containsKey(at); i++) {
                long mount = on.get(at);
                at = new Node(dentries.mountRoot.get(memory, mount), mount);
            }
            return at;
        }
    }

    private Optional<Node> resolve(Node root, String path, Mounts over) {
        Deque<String> todo = new ArrayDeque<>(parts(path));
        Deque<Node> way = new ArrayDeque<>(List.of(root));
        int links = 0;
        while (!todo.isEmpty()) {
            String part = todo.pop();
            if (part.equals("..")) {
                if (way.size() > 1) {
                    way.pop();
                }
                continue;
            }
            Optional<Node> next = child(way.peek(), part).map(over::through);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            long inode = dentries.inode.get(memory, next.get().dentry);
            if ((mode.integer(memory, inode) & 0xf000) == LINK) {
                String target = target(inode);
                if (target.isEmpty() || ++links > MOST_LINKS) {
                    return Optional.empty();
                }
                if (target.startsWith("/")) {
                    way.clear();
                    way.push(root);
                }
                parts(target).reversed().forEach(todo::push);
            } else {
                way.push(next.get());
            }
        }
        return Optional.of(way.peek());
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/")).filter(part -> !part.isEmpty() && !part.equals(".")).toList();
    }

    private Optional<Node> child(Node folder, String name) {
        long[] found = new long[1];
        each(folder.dentry, child -> {
            if (found[0] == 0 && dentries.inode.get(memory, child) != 0 && dentries.hashed.get(memory, child) != 0
                    && dentries.name(child).equals(name)) {
                found[0] = child;
            }
        });
        return found[0] == 0 ? Optional.empty() : Optional.of(new Node(found[0], folder.mount));
    }

    private byte[] content(Node node, String path, int limit) {
        long inode = dentries.inode.get(memory, node.dentry);
        long bytes = size.get(memory, inode);
        if ((mode.integer(memory, inode) & 0xf000) != 0x8000) {
            throw new Refused("%s is no ordinary file of the guest".formatted(path), "");
        }
        if (bytes < 0 || bytes > limit) {
            throw new Refused("%s of the guest has %d bytes, more than %d".formatted(path, bytes, limit), "");
        }
        long head = pages.get(memory, mapping.get(memory, inode));
        byte[] content = new byte[(int) bytes];
        for (int at = 0; at < bytes; at += PAGE) {
            Xarray.Found page = xarray.find(head, at / PAGE);
            if (page == null) {
                throw new Refused("%s of the guest: its byte %d is not in memory".formatted(path, at),
                        "it lies on a disk, and was not used lately");
            }
            memory.physicalMemory()
                    .read(frame(page.pointer()) + page.ahead() * PAGE, content, at,
                            (int) Math.min(PAGE, bytes - at));
        }
        return content;
    }

    private long frame(long page) {
        long map = memory.u64(memory.symbol("vmemmap_base"));
        long offset = page - map;
        if (offset < 0 || offset % pageBytes != 0) {
            throw new GuestFault("no struct page at 0x%x".formatted(page));
        }
        return offset / pageBytes * PAGE;
    }
}
