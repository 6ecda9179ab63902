package org.kakuri.system.tzmediator.internal.styles;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Param;
import org.kakuri.api.gp.ParamType;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.SharedBlock;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TaParams;
import org.kakuri.api.gp.TaProperties;
import org.kakuri.api.gp.TaSession;
import org.kakuri.api.gp.TrustedApplication;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.platform.linux.posix.CallPagePosix;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.PageClosed;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.Sleeper;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.ca.Payload;

/**
 * The TA of tz/styles. One computation, {@link #answer}, on memory of the TA's own; two ways to reach it. In GlobalPlatform's style
 * each request is a command. In POSIX style one command runs a loop of reads and writes, as the main function of a
 * program would, whose calls travel over a call page.
 */
final class StyledTa implements TrustedApplication {
    static final UUID ID = UUID.fromString("b1d5c3a0-6f0e-4f8e-9a55-7a2f0c9e4d11");

    /** Answers the request in parameter 0 in parameter 1. */
    static final int ANSWER = 1;
    /** Answers requests from a descriptor until its end. */
    static final int SERVE = 2;

    private static final int ANSWER_TYPES = 0x165;
    private static final int SERVE_TYPES = 0x1117;
    private static final int POLLING = 1;
    private static final int FUSED = 2;
    private static final int BLOCK = 64;

    /** Service by which the TA asks for a call on its page to be executed. */
    static final String POSIX = "posix";
    /** Service by which the TA asks to be entered again when its page changed. */
    static final String WAIT = "wait";

    private final MemorySegment own = Arena.ofAuto().allocate(Payload.MAX, BLOCK);
    private final ByteBuffer work = own.asSlice(0, BLOCK).asByteBuffer();
    private final MessageDigest digest;

    private StyledTa() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns it as it is installed: each session has an instance, so that two can be inside at the same time. */
    static TaImage image() {
        return new TaImage(new TaProperties(ID, false, false, false, 2 * Payload.MAX),
                StyledTa.class.getName().getBytes(java.nio.charset.StandardCharsets.UTF_8), StyledTa::new);
    }

    /** Returns the parameters of {@link #ANSWER}. */
    static Operation answering(Param.Memory request, Param.Memory reply, int work) {
        return new Operation(request, reply, new Param.Value(ParamType.VALUE_INPUT, work, 0));
    }

    /**
     * Returns the parameters of {@link #SERVE}.
     *
     * @param page the call page
     * @param size bytes of a request
     * @param work SHA-256 blocks for each
     * @param reads descriptor of requests
     * @param writes descriptor of replies
     * @param polling how to wait inside for the answer to a call; null to leave the secure world for each call
     * @param fused whether a reply and the next request are one call
     */
    static Operation serving(SharedBlock page, int size, int work, int reads, int writes, WaitPolicy polling,
            boolean fused) {
        int flags = (polling != null ? POLLING : 0) | (fused ? FUSED : 0)
                | (polling != null ? polling.yields() << 8 : 0);
        return new Operation(new Param.BlockMemory(page), new Param.Value(ParamType.VALUE_INPUT, size, work),
                new Param.Value(ParamType.VALUE_INPUT, reads, writes),
                new Param.Value(ParamType.VALUE_INPUT, flags, polling != null ? polling.spins() : 0));
    }

    @Override
    public ResultCode invokeCommand(TaSession session, int command, TaParams params) {
        return switch (command) {
        case ANSWER -> params.types() == ANSWER_TYPES ? command(params) : ResultCode.BAD_PARAMETERS;
        case SERVE -> params.types() == SERVE_TYPES ? serve(session.inside(), params) : ResultCode.BAD_PARAMETERS;
        default -> ResultCode.NOT_SUPPORTED;
        };
    }

    /** The computation: the request lies in the TA's own memory, and the reply afterwards. */
    private void answer(long size, int blocks) {
        for (int i = 0; i < blocks; i++) {
            digest.update(work.clear());
        }
        Payload.reply(own, size);
    }

    private ResultCode command(TaParams params) {
        long size = params.size(0);
        if (size < 1 || size > Payload.MAX) {
            return size < 1 ? ResultCode.BAD_PARAMETERS : ResultCode.EXCESS_DATA;
        }
        long room = params.size(1);
        params.size(1, size);
        if (room < size) {
            return ResultCode.SHORT_BUFFER;
        }
        MemorySegment.copy(params.memory(0), 0, own, 0, size);
        answer(size, params.a(2));
        MemorySegment.copy(own, 0, params.memory(1), 0, size);
        return ResultCode.SUCCESS;
    }

    private ResultCode serve(Inside inside, TaParams params) {
        int size = params.a(1);
        int flags = params.a(3);
        if (size < 1 || size > Payload.MAX) {
            return ResultCode.BAD_PARAMETERS;
        }
        boolean polling = (flags & POLLING) != 0;
        MemorySegment page = params.memory(0);
        Sleeper leaving = (word, old) -> inside.callHost(new HostRequest(polling ? WAIT : POSIX,
                page.get(ValueLayout.JAVA_INT, CallPageLayout.OPERATION),
                page.get(ValueLayout.JAVA_LONG, CallPageLayout.LENGTH)));
        var client = CallPage.open(page)
                .client(polling ? new WaitPolicy(params.b(3), flags >> 8, true) : WaitPolicy.SLEEP_ONLY,
                        PeerCheck.NONE, leaving);
        try {
            return serve(new CallPagePosix(client), params.a(2), params.b(2), size, params.b(1), (flags & FUSED) != 0);
        } catch (PageClosed e) {
            return ResultCode.COMMUNICATION;
        }
    }

    private ResultCode serve(PosixCalls posix, int reads, int writes, int size, int work, boolean fused) {
        long have = posix.read(reads, own, 0, size);
        while (have > 0) {
            while (have < size) {
                long more = posix.read(reads, own, have, size - have);
                if (more <= 0) {
                    return ResultCode.COMMUNICATION;
                }
                have += more;
            }
            answer(size, work);
            have = fused
                    ? posix.writeThenRead(writes, reads, own, 0, size, own, 0, size)
                    : writeAll(posix, writes, size) ? posix.read(reads, own, 0, size) : -1;
        }
        return have == 0 ? ResultCode.SUCCESS : ResultCode.COMMUNICATION;
    }

    private boolean writeAll(PosixCalls posix, int writes, int size) {
        long done = 0;
        while (done < size) {
            long n = posix.write(writes, own, done, size - done);
            if (n <= 0) {
                return false;
            }
            done += n;
        }
        return true;
    }
}
