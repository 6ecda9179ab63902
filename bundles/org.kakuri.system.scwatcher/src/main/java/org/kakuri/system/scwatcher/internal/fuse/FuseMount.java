package org.kakuri.system.scwatcher.internal.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.platform.linux.BlockingCalls;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Mounts;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.WakeFd;
import org.kakuri.system.scwatcher.internal.proc.Entry;

/** A mounted /proc of a guest, served by one thread until it is closed. */
public final class FuseMount implements AutoCloseable {
    private static final Path DEVICE = Path.of("/dev/fuse");
    private static final int BUFFER = 160 << 10;
    private static final int OUT_HEADER = 16;
    private static final int LARGEST_READ = 128 << 10;

    private final Path folder;
    private final FuseSource source;
    private final Fd device;
    private final WakeFd wake = WakeFd.create();
    private final FuseNodes nodes = new FuseNodes();
    private final Map<Long, Object> handles = new HashMap<>();
    private final Thread server;
    private long nextHandle = 1;
    private boolean closed;

    private FuseMount(Path folder, FuseSource source, Fd device) {
        this.folder = folder;
        this.source = source;
        this.device = device;
        this.server = Thread.ofPlatform().daemon().name("kakuri-fuse-" + folder.getFileName()).unstarted(this::serve);
    }

    /**
     * Mounts.
     *
     * @throws Unsupported if this machine or user cannot, saying why
     */
    public static FuseMount mount(Path folder, FuseSource source) {
        if (!Files.isDirectory(folder)) {
            throw new UsageError(folder + " is no folder", "mkdir it first");
        }
        Fd device = open();
        try {
            Path at = folder.toAbsolutePath().normalize();
            Mounts.mount("kakuri", at, "fuse.kakuri", Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_RDONLY,
                    "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other".formatted(device.number()));
            FuseMount mount = new FuseMount(at, source, device);
            mount.server.start();
            return mount;
        } catch (NativeException e) {
            device.close();
            throw new Unsupported("cannot mount: " + e.getMessage(), "only root can, with CAP_SYS_ADMIN", e);
        }
    }

    private static Fd open() {
        try {
            return PathCalls.open(DEVICE, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0);
        } catch (NativeException e) {
            throw new Unsupported("cannot open /dev/fuse: " + e.getMessage(),
                    "modprobe fuse, as root; in a container it must be passed in", e);
        }
    }

    /** Returns where it is. */
    public Path folder() {
        return folder;
    }

    private void serve() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER, 8);
            while (true) {
                BlockingCalls.Outcome outcome = BlockingCalls.read(device, buffer, wake);
                if (!(outcome instanceof BlockingCalls.Outcome.Done(long count)) || count < FuseRequest.HEADER) {
                    return;
                }
                FuseRequest request = new FuseRequest(buffer.asSlice(0, count));
                if (request.opcode() == FuseRequest.DESTROY) {
                    return;
                }
                answer(request, arena);
            }
        } catch (NativeException unmounted) {
            System.getLogger(FuseMount.class.getName())
                    .log(System.Logger.Level.DEBUG, "the mount at " + folder + " has ended", unmounted);
        }
    }

    /** An error number, as a value. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int errno;

        private Failed(int errno) {
            super(null, null, false, false);
            this.errno = errno;
        }
    }

    private void answer(FuseRequest request, Arena arena) {
        byte[] body = new byte[0];
        int errno = 0;
        try {
            Optional<byte[]> answer = reply(request);
            if (answer.isEmpty()) {
                return;
            }
            body = answer.get();
        } catch (Failed failed) {
            errno = failed.errno;
        } catch (KakuriException | IndexOutOfBoundsException | IllegalStateException e) {
            System.getLogger(FuseMount.class.getName())
                    .log(System.Logger.Level.WARNING, "a read of %s failed: %s".formatted(folder, e.getMessage()));
            errno = Errno.EIO;
        }
        try (Arena own = Arena.ofConfined()) {
            MemorySegment out = own.allocate(OUT_HEADER + body.length, 8);
            out.set(ValueLayout.JAVA_INT, 0, OUT_HEADER + body.length);
            out.set(ValueLayout.JAVA_INT, 4, -errno);
            out.set(ValueLayout.JAVA_LONG, 8, request.unique());
            MemorySegment.copy(body, 0, out, ValueLayout.JAVA_BYTE, OUT_HEADER, body.length);
            FdIo.write(device, out);
        } catch (NativeException interrupted) {
            System.getLogger(FuseMount.class.getName())
                    .log(System.Logger.Level.DEBUG, "nobody waits for an answer any more", interrupted);
        }
    }

    private Optional<byte[]> reply(FuseRequest request) {
        return Optional.ofNullable(switch (request.opcode()) {
        case FuseRequest.INIT -> FuseReply.init(request.integer(8));
        case FuseRequest.LOOKUP -> lookUp(request);
        case FuseRequest.GETATTR -> FuseReply.attributes(request.node(), entry(request, path(request), false), now());
        case FuseRequest.READLINK -> entry(request, path(request), false) instanceof Entry.Link link
                ? link.target().getBytes(StandardCharsets.UTF_8)
                : fail(Errno.EINVAL);
        case FuseRequest.OPENDIR -> openFolder(request);
        case FuseRequest.READDIR -> readFolder(request);
        case FuseRequest.OPEN -> openFile(request);
        case FuseRequest.READ -> readFile(request);
        case FuseRequest.RELEASE, FuseRequest.RELEASEDIR -> release(request);
        case FuseRequest.STATFS -> FuseReply.statistics();
        case FuseRequest.ACCESS, FuseRequest.FLUSH -> new byte[0];
        case FuseRequest.FORGET -> forget(request.node(), request.number(0));
        case FuseRequest.BATCH_FORGET -> forgetAll(request);
        case FuseRequest.INTERRUPT -> null;
        default -> fail(Errno.ENOSYS);
        });
    }

    private static byte[] fail(int errno) {
        throw new Failed(errno);
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }

    private String path(FuseRequest request) {
        String path = nodes.path(request.node());
        if (path == null) {
            throw new Failed(Errno.ENOENT);
        }
        return path;
    }

    private Entry entry(FuseRequest request, String path, boolean again) {
        return source.of(request.pid(), again)
                .find(path, request.pid())
                .orElseThrow(() -> new Failed(Errno.ENOENT));
    }

    private byte[] lookUp(FuseRequest request) {
        String parent = path(request);
        String path = parent.isEmpty() ? request.name() : parent + "/" + request.name();
        Entry entry = entry(request, path, false);
        return FuseReply.entry(nodes.lookUp(path), entry, now());
    }

    private byte[] openFolder(FuseRequest request) {
        String path = path(request);
        if (!(entry(request, path, path.isEmpty()) instanceof Entry.Folder folder)) {
            return fail(Errno.ENOTDIR);
        }
        return FuseReply.open(handle(folder.entries()));
    }

    private byte[] openFile(FuseRequest request) {
        return FuseReply.open(handle(switch (entry(request, path(request), false)) {
        case Entry.Text text -> text.content();
        case Entry.Stored file -> file.content().get();
        case Entry.Folder _,Entry.Link _ -> fail(Errno.EISDIR);
        }));
    }

    private long handle(Object content) {
        handles.put(nextHandle, content);
        return nextHandle++;
    }

    private byte[] readFolder(FuseRequest request) {
        if (!(handles.get(request.number(0)) instanceof List<?> entries)) {
            return fail(Errno.EBADF);
        }
        List<String> names = entries.stream().map(String.class::cast).toList();
        return FuseReply.directory(names, (int) Math.min(names.size(), Math.max(0, request.number(8))),
                Math.min(LARGEST_READ, Math.max(0, request.integer(16))));
    }

    private byte[] readFile(FuseRequest request) {
        if (!(handles.get(request.number(0)) instanceof byte[] content)) {
            return fail(Errno.EBADF);
        }
        int from = (int) Math.min(content.length, Math.max(0, request.number(8)));
        int length = Math.min(Math.min(LARGEST_READ, Math.max(0, request.integer(16))), content.length - from);
        return Arrays.copyOfRange(content, from, from + length);
    }

    private byte[] release(FuseRequest request) {
        handles.remove(request.number(0));
        return new byte[0];
    }

    private byte[] forget(long node, long lookups) {
        nodes.forget(node, lookups);
        return null;
    }

    private byte[] forgetAll(FuseRequest request) {
        for (int i = 0; i < request.integer(0); i++) {
            nodes.forget(request.number(8 + 16 * i), request.number(16 + 16 * i));
        }
        return null;
    }

    /** Unmounts, even while in use. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Mounts.unmount(folder, Mounts.MNT_DETACH);
        } catch (NativeException alreadyGone) {
            System.getLogger(FuseMount.class.getName())
                    .log(System.Logger.Level.DEBUG, "nothing is mounted at " + folder, alreadyGone);
        }
        wake.wake();
        try {
            server.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        device.close();
        wake.close();
    }
}
