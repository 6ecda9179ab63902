package org.kakuri.system.tzmediator.internal.posix;

import static org.kakuri.system.tzmediator.internal.posix.World.check;
import static org.kakuri.system.tzmediator.internal.posix.World.is;

import java.lang.foreign.ValueLayout;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.posix.PosixLibrary;
import org.kakuri.platform.linux.posix.PosixQueues;
import org.kakuri.platform.linux.posix.PosixSignals;

/** Message queues, shared memory, semaphores. */
final class NamedRows {
    private static final int SI_MESGQ = -3;

    private NamedRows() {}

    static void add(Rows table) {
        queues(table);
        moreQueues(table);
        memory(table);
        semaphores(table);
    }

    private static int queue(World w, String suffix, int flags, long most, long size) {
        int queue = w.posix.queues().mqOpen(w.name(suffix), World.CREATE | flags, 0600, most, size);
        check(queue >= 0);
        return queue;
    }

    private static void end(World w, int queue, String suffix) {
        w.close(queue);
        is(0, w.posix.queues().mqUnlink(w.name(suffix)));
    }

    private static void queues(Rows table) {
        table.row("mq_send, mq_receive", "by priority, then in order", w -> {
            int q = queue(w, "prio", 0, 4, 32);
            is(0, w.posix.queues().mqSend(q, "low".getBytes(), 1, World.FOREVER));
            is(0, w.posix.queues().mqSend(q, "high".getBytes(), 9, World.FOREVER));
            is(0, w.posix.queues().mqSend(q, "low2".getBytes(), 1, World.FOREVER));
            PosixQueues.Message first = w.posix.queues().mqReceive(q, 32, World.FOREVER);
            check(first.priority() == 9 && new String(first.bytes()).equals("high"));
            check(new String(w.posix.queues().mqReceive(q, 32, World.FOREVER).bytes()).equals("low"));
            check(new String(w.posix.queues().mqReceive(q, 32, World.FOREVER).bytes()).equals("low2"));
            end(w, q, "prio");
        });
        table.row("mq_open, mq_getattr, mq_setattr", "EAGAIN empty and full, EMSGSIZE, O_NONBLOCK", w -> {
            long[] now = new long[4];
            int q = queue(w, "limits", World.NONBLOCK, 2, 16);
            is(-Errno.EAGAIN, w.posix.queues().mqReceive(q, 32, World.FOREVER).result());
            is(-Errno.EMSGSIZE, w.posix.queues().mqReceive(q, 8, World.FOREVER).result());
            is(0, w.posix.queues().mqSend(q, new byte[1], 0, World.FOREVER));
            is(0, w.posix.queues().mqSend(q, new byte[1], 0, World.FOREVER));
            is(-Errno.EAGAIN, w.posix.queues().mqSend(q, new byte[1], 0, World.FOREVER));
            is(-Errno.EMSGSIZE, w.posix.queues().mqSend(q, new byte[17], 0, World.FOREVER));
            is(0, w.posix.queues().mqGetattr(q, now));
            check(now[0] == World.NONBLOCK && now[1] == 2 && now[2] == 16 && now[3] == 2);
            is(0, w.posix.queues().mqSetattr(q, 0, now));
            is(World.NONBLOCK, now[0]);
            is(0, w.posix.queues().mqGetattr(q, now));
            is(0, now[0]);
            end(w, q, "limits");
        });
        table.row("mq_timedsend, mq_timedreceive", "ETIMEDOUT; EINTR", w -> {
            int q = queue(w, "timeout", 0, 1, 16);
            is(-Errno.ETIMEDOUT, w.posix.queues().mqReceive(q, 16, World.fromNow(20)).result());
            is(0, w.posix.queues().mqSend(q, new byte[1], 0, World.FOREVER));
            is(-Errno.ETIMEDOUT, w.posix.queues().mqSend(q, new byte[1], 0, World.fromNow(20)));
            is(0, w.collect(World.SIGALRM, 0));
            int timer = w.signalIn(World.SIGALRM, 20, 0);
            is(-Errno.EINTR, w.posix.queues().mqSend(q, new byte[1], 0, World.FOREVER));
            is(1, w.handled.size());
            is(0, w.posix.timers().timerDelete(timer));
            end(w, q, "timeout");
        });
    }

    private static void moreQueues(Rows table) {
        table.row("mq_open, mq_unlink", "ENOENT, EEXIST, EBADF against the mode", w -> {
            is(-Errno.ENOENT, w.posix.queues().mqOpen(w.name("none"), World.RDWR, 0, 0, 0));
            is(-Errno.ENOENT, w.posix.queues().mqUnlink(w.name("none")));
            int q = queue(w, "names", 0, 1, 16);
            is(-Errno.EEXIST, w.posix.queues().mqOpen(w.name("names"), World.CREATE, 0600, 1, 16));
            int same = w.posix.queues().mqOpen(w.name("names"), 0, 0, 0, 0);
            is(0, w.posix.queues().mqSend(q, new byte[1], 0, World.FOREVER));
            is(1, w.posix.queues().mqReceive(same, 16, World.FOREVER).result());
            is(-Errno.EBADF, w.posix.queues().mqSend(same, new byte[1], 0, World.FOREVER));
            w.close(same);
            end(w, q, "names");
        });
        table.row("mq_notify", "one signal with value for the first message; EBUSY", w -> {
            int signal = World.SIGRTMIN + 4;
            long set = PosixSignals.mask(signal);
            int q = queue(w, "notify", 0, 1, 16);
            is(0, w.posix.signals().sigprocmask(PosixLibrary.SIG_BLOCK, set, null));
            is(0, w.posix.queues().mqNotify(q, signal, 5));
            is(-Errno.EBUSY, w.posix.queues().mqNotify(q, signal, 5));
            is(0, w.posix.queues().mqSend(q, new byte[1], 0, World.FOREVER));
            PosixSignals.Taken taken = w.posix.signals().sigtimedwait(set, World.FOREVER);
            check(taken.signal() == signal && taken.value() == 5 && taken.code() == SI_MESGQ);
            is(1, w.posix.queues().mqReceive(q, 16, World.FOREVER).result());
            is(0, w.posix.queues().mqNotify(q, signal, 5));
            is(0, w.posix.queues().mqNotify(q, -1, 0));
            is(0, w.posix.queues().mqSend(q, new byte[1], 0, World.FOREVER));
            is(-Errno.EAGAIN, w.posix.signals().sigtimedwait(set, 0).signal());
            end(w, q, "notify");
        });
        table.row("mq_open", "a queue can be polled", w -> {
            int q = queue(w, "poll", 0, 1, 16);
            is(World.POLLOUT, w.ready(q, World.POLLOUT));
            is(0, w.posix.queues().mqSend(q, new byte[1], 0, World.FOREVER));
            is(World.POLLIN, w.ready(q, World.POLLIN));
            end(w, q, "poll");
        });
    }

    private static int shared(World w, String suffix, long bytes) {
        int fd = w.posix.shmOpen(w.name(suffix), World.CREATE, 0600);
        is(0, w.posix.calls().ftruncate(fd, bytes));
        return fd;
    }

    private static void memory(Rows table) {
        table.row("shm_open, shm_unlink", "EEXIST, ENOENT, size, same bytes by name", w -> {
            is(-Errno.ENOENT, w.posix.shmOpen(w.name("none"), World.RDWR, 0));
            is(-Errno.ENOENT, w.posix.shmUnlink(w.name("none")));
            int fd = shared(w, "shm", 8192);
            is(-Errno.EEXIST, w.posix.shmOpen(w.name("shm"), World.CREATE, 0600));
            is(8191, w.posix.calls().lseek(fd, 8191, 0));
            is(1, w.posix.write(fd, "s".getBytes()));
            int again = w.posix.shmOpen(w.name("shm"), 0, 0);
            is(8191, w.posix.calls().lseek(again, 8191, 0));
            is('s', w.read(again, 4)[0]);
            w.close(again, fd);
            is(0, w.posix.shmUnlink(w.name("shm")));
        });
        table.row("mmap, munmap", "MAP_SHARED: the same pages at every place, no copy", w -> {
            int fd = shared(w, "map", 3 * 4096);
            try (SharedMapping a = w.posix.mmap(fd, 4096, 8192); SharedMapping b = w.posix.mmap(fd, 0, 12288)) {
                a.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 'A');
                is('A', b.segment().get(ValueLayout.JAVA_BYTE, 4096));
                is(4096, w.posix.calls().lseek(fd, 4096, 0));
                is('A', w.read(fd, 1)[0]);
                is(1, w.posix.write(fd, "B".getBytes()));
                is('B', a.segment().get(ValueLayout.JAVA_BYTE, 1));
            }
            try {
                w.posix.mmap(fd, 3 * 4096, 4096).close();
                throw new AssertionError("mapped behind the end");
            } catch (NativeException e) {
                is(Errno.EINVAL, e.errno());
            }
            w.close(fd);
            is(0, w.posix.shmUnlink(w.name("map")));
        });
    }

    private static void semaphores(Rows table) {
        table.row("sem_open, sem_post, sem_wait", "named: value, EAGAIN, EEXIST, ENOENT", w -> {
            is(-Errno.ENOENT, w.posix.semaphores().semOpen(w.name("none"), 0, 0, 0));
            is(-Errno.ENOENT, w.posix.semaphores().semUnlink(w.name("none")));
            int s = w.posix.semaphores().semOpen(w.name("sem"), World.CREATE, 0600, 1);
            is(1, w.posix.semaphores().semGetvalue(s));
            is(0, w.posix.semaphores().semWait(s, World.FOREVER));
            is(-Errno.EAGAIN, w.posix.semaphores().semTrywait(s));
            is(0, w.posix.semaphores().semPost(s));
            is(0, w.posix.semaphores().semTrywait(s));
            int same = w.posix.semaphores().semOpen(w.name("sem"), 0, 0, 0);
            is(0, w.posix.semaphores().semPost(same));
            is(0, w.posix.semaphores().semWait(s, World.FOREVER));
            is(-Errno.EEXIST, w.posix.semaphores().semOpen(w.name("sem"), World.CREATE, 0600, 1));
            is(0, w.posix.semaphores().semClose(same));
            is(0, w.posix.semaphores().semClose(s));
            is(0, w.posix.semaphores().semUnlink(w.name("sem")));
        });
        table.row("sem_timedwait, sem_wait", "ETIMEDOUT; EINTR", w -> {
            int s = w.posix.semaphores().semOpen(w.name("wait"), World.CREATE, 0600, 0);
            is(-Errno.ETIMEDOUT, w.posix.semaphores().semWait(s, World.fromNow(20)));
            is(0, w.collect(World.SIGALRM, 0));
            int timer = w.signalIn(World.SIGALRM, 20, 0);
            is(-Errno.EINTR, w.posix.semaphores().semWait(s, World.FOREVER));
            is(1, w.handled.size());
            is(0, w.posix.timers().timerDelete(timer));
            is(0, w.posix.semaphores().semClose(s));
            is(0, w.posix.semaphores().semUnlink(w.name("wait")));
        });
        table.row("sem_init", "in shared memory, from two places; EINVAL elsewhere", w -> {
            int fd = shared(w, "semshm", 4096);
            int here = w.posix.semaphores().semMap(fd, 64);
            int there = w.posix.semaphores().semMap(fd, 64);
            is(0, w.posix.semaphores().semInit(here, 2));
            is(0, w.posix.semaphores().semWait(there, World.FOREVER));
            is(1, w.posix.semaphores().semGetvalue(here));
            is(0, w.posix.semaphores().semPost(there));
            is(0, w.posix.semaphores().semWait(here, World.FOREVER));
            is(0, w.posix.semaphores().semWait(here, World.FOREVER));
            is(-Errno.EAGAIN, w.posix.semaphores().semTrywait(there));
            is(-Errno.EINVAL, w.posix.semaphores().semMap(fd, 4096 - 8));
            is(-Errno.EINVAL, w.posix.semaphores().semInit(99, 0));
            is(0, w.posix.semaphores().semClose(here));
            is(0, w.posix.semaphores().semClose(there));
            w.close(fd);
            is(0, w.posix.shmUnlink(w.name("semshm")));
        });
    }
}
