package org.kakuri.tee.trustzone.internal.gp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Param;
import org.kakuri.api.gp.ParamType;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.SharedBlock;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TaParams;
import org.kakuri.api.gp.TaProperties;
import org.kakuri.api.gp.TaSession;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.gp.TrustedApplication;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Resume;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** Which bytes client and application share, and when: TEE Client API 1.0, shared memory. */
@Timeout(30)
class ClientMemoryTest {
    private static final UUID TA = UUID.fromString("5ce0c432-0ab0-40e5-a056-782ca0e6aba2");
    /** Writes "in", asks the host, writes "ou" behind it; sets the size to 4. */
    private static final int WRITE = 1;
    /** Asks the host, then tells the first byte of parameter 0 in parameter 1. */
    private static final int READ = 2;

    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);
    private final TrustedOs os = new TrustZoneBackend(1).extension(TrustedOs.class).orElseThrow();
    private Runnable meanwhile = () -> {};
    private final TeeClient client = os.connect(machine, Pricing.NONE, exit -> {
        meanwhile.run();
        return new Resume.Reply(0);
    });
    private ClientSession session;

    private static final class Application implements TrustedApplication {
        @Override
        public ResultCode invokeCommand(TaSession session, int command, TaParams params) {
            if (command == READ) {
                session.inside().callHost(new HostRequest("test", 0, 0));
                params.set(1, params.memory(0).get(ValueLayout.JAVA_BYTE, 0), 0);
                return ResultCode.SUCCESS;
            }
            params.memory(0).asSlice(0, 2).copyFrom(bytes("in"));
            session.inside().callHost(new HostRequest("test", 0, 0));
            params.memory(0).asSlice(2, 2).copyFrom(bytes("ou"));
            params.size(0, 4);
            return ResultCode.SUCCESS;
        }
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(MemorySegment memory, long at, long length) {
        return new String(memory.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    @BeforeEach
    void open() {
        os.install(machine, new TaImage(new TaProperties(TA, true, true, false, 0), new byte[1], Application::new));
        session = client.openSession(TA, new Operation()).session().orElseThrow();
    }

    @AfterEach
    void close() {
        client.close();
        machine.close();
    }

    private void invoke(int command, Param... params) {
        assertEquals(ResultCode.SUCCESS, session.invoke(command, new Operation(params)).result());
    }

    @Test
    void registeredMemoryIsTheClientsOwnAndSeenAtOnce() {
        try (MemFd file = MemFd.create("client", 8192); SharedMapping own = file.map()) {
            own.segment().fill((byte) '.');
            meanwhile = () -> assertEquals("in..", text(own.segment(), 0, 4), "in the middle of the call");
            SharedBlock block = client.register(file.fd().number(), 8192, true, true);
            Param.BlockMemory whole = new Param.BlockMemory(block);
            invoke(WRITE, whole);
            assertEquals("inou....", text(own.segment(), 0, 8));
            assertEquals(4, whole.size());
            block.close();
            own.segment().copyFrom(bytes("mine"));
            assertEquals("mine", text(own.segment(), 0, 4), "it stays the client's when it is released");
        }
    }

    @Test
    void aPartIsThosePagesAndNoOthers() {
        try (SharedBlock block = client.allocate(9000, true, true)) {
            MemorySegment all = block.memory().segment();
            all.fill((byte) '.');
            Param.BlockMemory part = new Param.BlockMemory(ParamType.MEMREF_PARTIAL_INOUT, block, 4095, 5);
            invoke(WRITE, part);
            assertEquals(".inou..", text(all, 4094, 7));
            assertEquals(4, part.size());
            assertEquals(4095, part.offset());
        }
    }

    @Test
    void temporaryMemoryIsCopiedInBeforeAndOutAfterTheCall() {
        MemorySegment buffer = MemorySegment.ofArray("......".getBytes(StandardCharsets.US_ASCII));
        meanwhile = () -> assertEquals("......", text(buffer, 0, 6), "in the middle of the call");
        Param.TempMemory temporary = new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, buffer);
        invoke(WRITE, temporary);
        assertEquals("inou..", text(buffer, 0, 6), "as many bytes as the application said");
        assertEquals(4, temporary.size());

        meanwhile = () -> buffer.fill((byte) 'x');
        Param.Value seen = new Param.Value(ParamType.VALUE_OUTPUT, 0, 0);
        invoke(READ, new Param.TempMemory(ParamType.MEMREF_TEMP_INPUT, buffer), seen);
        assertEquals('i', seen.a(), "what the buffer held when the call began");
    }

    /** Which is why an application copies once, then checks. */
    @Test
    void aBlockCanBeChangedWhileTheApplicationLooks() {
        try (SharedBlock block = client.allocate(4096, true, true)) {
            meanwhile = () -> block.memory().segment().fill((byte) 'x');
            Param.Value seen = new Param.Value(ParamType.VALUE_OUTPUT, 0, 0);
            invoke(READ, new Param.BlockMemory(block), seen);
            assertEquals('x', seen.a());
        }
    }

    @Test
    void outputsOfAnApplicationThatDiedAreNotWrittenBack() {
        MemorySegment buffer = MemorySegment.ofArray("......".getBytes(StandardCharsets.US_ASCII));
        meanwhile = () -> {
            throw new IllegalStateException("the client's side failed");
        };
        assertThrows(IllegalStateException.class, () -> session.invoke(WRITE,
                new Operation(new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, buffer))));
        assertEquals("......", text(buffer, 0, 6));
    }

    @Test
    void whatIsSharedGoesWithTheClient() {
        SharedBlock block = client.allocate(4096, true, true);
        client.close();
        assertFalse(block.memory().segment().scope().isAlive());
        block.close();
    }
}
