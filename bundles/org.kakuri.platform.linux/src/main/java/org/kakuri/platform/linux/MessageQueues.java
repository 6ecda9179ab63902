package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * POSIX message queues, mq_overview(7); {@code >= 0} or {@code -errno}. A queue's descriptor is an ordinary one: it can be
 * polled, duplicated and closed. Defaults of Linux: at most 10 messages of 8192 bytes, 256 queues.
 */
public final class MessageQueues {

    /** As a deadline: wait for ever. */
    public static final long NEVER = -1;
    /** {@code struct mq_attr}: flags, maxmsg, msgsize, curmsgs, 8 bytes each, and 32 reserved. */
    public static final long ATTRIBUTES_BYTES = 32;

    private static final int SIGEV_SIGNAL = 0;
    private static final int SIGEV_NONE = 1;
    private static final long KERNEL_ATTRIBUTES_BYTES = 64;

    private static final MethodHandle OPEN = Native.variadic("mq_open", 2, INT, POINTER, INT, INT, POINTER);
    private static final MethodHandle UNLINK = Native.withErrno("mq_unlink", INT, POINTER);
    private static final MethodHandle SEND = Native.withErrno("mq_timedsend", INT, INT, POINTER, LONG, INT, POINTER);
    private static final MethodHandle RECEIVE = Native.withErrno("mq_timedreceive", LONG, INT, POINTER, LONG, POINTER,
            POINTER);
    private static final MethodHandle GETATTR = Native.withErrno("mq_getattr", INT, INT, POINTER);
    private static final MethodHandle SETATTR = Native.withErrno("mq_setattr", INT, INT, POINTER, POINTER);
    private static final MethodHandle NOTIFY = Native.withErrno("mq_notify", INT, INT, POINTER);

    private MessageQueues() {}

    /** mq_open(3), close-on-exec; a maximum of 0 messages means the system's default attributes. */
    public static int openRaw(String name, int flags, int mode, long maxMessages, long messageBytes) {
        return (int) Native.call(s -> {
            MemorySegment attributes = Native.scratch(s, 2L * Native.PATH_MAX, KERNEL_ATTRIBUTES_BYTES);
            attributes.fill((byte) 0);
            attributes.set(LONG, 8, maxMessages);
            attributes.set(LONG, 16, messageBytes);
            MemorySegment wanted = maxMessages == 0 ? MemorySegment.NULL : attributes;
            return (int) OPEN.invokeExact(s, Native.path(s, name), flags | OpenFlags.O_CLOEXEC, mode, wanted);
        });
    }

    /** mq_unlink(3). */
    public static int unlinkRaw(String name) {
        return (int) Native.call(s -> (int) UNLINK.invokeExact(s, Native.path(s, name)));
    }

    /** mq_timedsend(3); the deadline is in ns since 1970, or {@link #NEVER}. */
    public static int sendRaw(int queue, MemorySegment message, int priority, long deadline) {
        return (int) Native.call(s -> (int) SEND.invokeExact(s, queue, message, message.byteSize(), priority,
                Times.spec(s, 0, deadline)));
    }

    /** mq_timedreceive(3): bytes of the message; its priority goes to {@code priority}, an int. */
    public static long receiveRaw(int queue, MemorySegment message, MemorySegment priority, long deadline) {
        return Native.call(s -> (long) RECEIVE.invokeExact(s, queue, message, message.byteSize(), priority,
                Times.spec(s, 0, deadline)));
    }

    /** mq_getattr(3) into {@link #ATTRIBUTES_BYTES}. */
    public static int attributesRaw(int queue, MemorySegment attributes) {
        return (int) Native.call(s -> {
            MemorySegment all = Native.scratch(s, 0, KERNEL_ATTRIBUTES_BYTES);
            int r = (int) GETATTR.invokeExact(s, queue, all);
            MemorySegment.copy(all, 0, attributes, 0, ATTRIBUTES_BYTES);
            return r;
        });
    }

    /** mq_setattr(3), which changes only O_NONBLOCK; the attributes before go to {@code old}. */
    public static int setFlagsRaw(int queue, long flags, MemorySegment old) {
        return (int) Native.call(s -> {
            MemorySegment all = Native.scratch(s, 0, 2 * KERNEL_ATTRIBUTES_BYTES);
            all.fill((byte) 0);
            all.set(LONG, 0, flags);
            MemorySegment before = all.asSlice(KERNEL_ATTRIBUTES_BYTES);
            int r = (int) SETATTR.invokeExact(s, queue, all, before);
            MemorySegment.copy(before, 0, old, 0, ATTRIBUTES_BYTES);
            return r;
        });
    }

    /** mq_notify(3) by signal, or without one when it is 0. */
    public static int notifyRaw(int queue, int signal, int value) {
        return (int) Native.call(s -> (int) NOTIFY.invokeExact(s, queue,
                event(s, signal == 0 ? SIGEV_NONE : SIGEV_SIGNAL, signal, value)));
    }

    /** Ends the notification that this process registered. */
    public static int forgetRaw(int queue) {
        return (int) Native.call(s -> (int) NOTIFY.invokeExact(s, queue, MemorySegment.NULL));
    }

    /** A {@code struct sigevent} (64 bytes): value @0, signo @8, notify @12. */
    static MemorySegment event(MemorySegment state, int notify, int signal, int value) {
        MemorySegment event = Native.scratch(state, 128, 64);
        event.fill((byte) 0);
        event.set(INT, 0, value);
        event.set(INT, 8, signal);
        event.set(INT, 12, notify);
        return event;
    }
}
