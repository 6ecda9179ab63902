package org.kakuri.tee.trustzone.internal.gp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Gone;
import org.kakuri.api.WrongState;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.Opened;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Origin;
import org.kakuri.api.gp.Param;
import org.kakuri.api.gp.ParamType;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.Returned;
import org.kakuri.api.gp.SecureStorage;
import org.kakuri.api.gp.SharedBlock;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TaParams;
import org.kakuri.api.gp.TaProperties;
import org.kakuri.api.gp.TaSession;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.gp.TrustedApplication;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

@Timeout(30)
class GlobalPlatformTest {
    private static final UUID TA = UUID.fromString("8aaaf200-2450-11e4-abe2-0002a5d5c51b");
    private static final Returned OK = new Returned(ResultCode.SUCCESS, Origin.TRUSTED_APP);

    private static final int ADD = 1;
    private static final int UPPER = 2;
    private static final int PANIC = 3;
    private static final int COUNT = 4;
    private static final int STORE = 5;
    private static final int WAIT = 6;
    private static final int OWN_CODE = 7;
    private static final int TYPES = 8;
    private static final int SCRIBBLE = 9;
    private static final int ASK_HOST = 10;

    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);
    private final TrustZoneBackend backend = new TrustZoneBackend(1);
    private final TrustedOs os = backend.extension(TrustedOs.class).orElseThrow();
    private final TeeClient client = os.connect(machine, Pricing.NONE, TrustedOs.NO_SUPPLICANT);
    private final List<String> life = new ArrayList<>();
    private final CountDownLatch inside = new CountDownLatch(1);

    @AfterEach
    void close() {
        client.close();
        machine.close();
    }

    private final class Calculator implements TrustedApplication {
        @Override
        public ResultCode createEntryPoint(Inside own) {
            life.add("create");
            return ResultCode.SUCCESS;
        }

        @Override
        public ResultCode openSession(TaSession session, TaParams params) {
            life.add("open");
            session.context(new int[1]);
            return params.types() == 0 ? ResultCode.SUCCESS : ResultCode.ACCESS_DENIED;
        }

        @Override
        public ResultCode invokeCommand(TaSession session, int command, TaParams params) {
            return switch (command) {
            case ADD -> {
                params.set(1, params.a(0) + params.b(0), params.a(1));
                yield ResultCode.SUCCESS;
            }
            case UPPER -> upper(params);
            case PANIC -> throw new IllegalStateException("panic");
            case COUNT -> {
                params.set(0, ++((int[]) session.context())[0], 0);
                yield ResultCode.SUCCESS;
            }
            case STORE -> {
                SecureStorage storage = session.inside().extension(SecureStorage.class).orElseThrow();
                int before = storage.get("n").map(n -> n[0]).orElse((byte) 0);
                storage.put("n", new byte[] {(byte) params.a(0)});
                params.set(0, before, 0);
                yield ResultCode.SUCCESS;
            }
            case WAIT -> {
                session.maskCancellation(false);
                inside.countDown();
                while (!session.cancelled()) {
                    session.inside().safepoint();
                }
                yield ResultCode.CANCEL;
            }
            case OWN_CODE -> new ResultCode(0x80001234);
            case TYPES -> {
                assertEquals(params.a(0), params.types());
                yield ResultCode.SUCCESS;
            }
            case SCRIBBLE -> {
                params.memory(0).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                yield ResultCode.SUCCESS;
            }
            case ASK_HOST -> {
                params.set(0, (int) session.inside().callHost(new HostRequest("posix", 1, 0)), 0);
                yield ResultCode.SUCCESS;
            }
            default -> ResultCode.NOT_SUPPORTED;
            };
        }

        private ResultCode upper(TaParams params) {
            long needed = params.size(0);
            long offered = params.size(1);
            params.size(1, needed);
            if (offered < needed) {
                return ResultCode.SHORT_BUFFER;
            }
            for (long i = 0; i < needed; i++) {
                byte letter = params.memory(0).get(ValueLayout.JAVA_BYTE, i);
                params.memory(1).set(ValueLayout.JAVA_BYTE, i, (byte) Character.toUpperCase(letter));
            }
            return ResultCode.SUCCESS;
        }

        @Override
        public void closeSession(TaSession session) {
            life.add("close");
        }

        @Override
        public void destroyEntryPoint() {
            life.add("destroy");
        }
    }

    private void install(boolean single, boolean multi, boolean keep) {
        os.install(machine, new TaImage(new TaProperties(TA, single, multi, keep, 4096), new byte[5000],
                Calculator::new));
    }

    private ClientSession session() {
        Opened opened = client.openSession(TA, new Operation());
        assertEquals(OK, opened.returned());
        return opened.session().orElseThrow();
    }

    private static Param.Value value(ParamType type, int a, int b) {
        return new Param.Value(type, a, b);
    }

    private static String counts(LedgerSnapshot counts) {
        Map<String, Long> shown = new TreeMap<>();
        counts.counts().forEach((event, count) -> shown.put(event, count.count()));
        return shown.toString();
    }

    @Test
    void passesValuesBothWays() {
        install(true, true, false);
        Operation operation = new Operation(value(ParamType.VALUE_INPUT, 3, 4), value(ParamType.VALUE_INOUT, 5, 6));
        assertEquals(OK, session().invoke(ADD, operation));
        assertEquals(7, operation.value(1).a());
        assertEquals(5, operation.value(1).b());
        assertEquals(3, operation.value(0).a());
    }

    @Test
    void encodesTypesAsTheSpecificationDoes() {
        install(true, true, false);
        try (SharedBlock block = client.allocate(10, true, true)) {
            Operation operation = new Operation(value(ParamType.VALUE_INPUT, 0x7621, 0),
                    value(ParamType.VALUE_OUTPUT, 0, 0),
                    new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, MemorySegment.NULL),
                    new Param.BlockMemory(block));
            assertEquals(0xC621, operation.types());
            assertEquals(OK, session().invoke(TYPES, operation));
        }
    }

    @Test
    void copiesTemporaryMemoryAndTellsTheSizeNeeded() {
        install(true, true, false);
        ClientSession session = session();
        MemorySegment in = MemorySegment.ofArray("hello".getBytes());
        MemorySegment out = MemorySegment.ofArray(new byte[8]);
        Operation operation = new Operation(new Param.TempMemory(ParamType.MEMREF_TEMP_INPUT, in),
                new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, out));
        assertEquals(OK, session.invoke(UPPER, operation));
        assertEquals(5, operation.memory(1).size());
        assertArrayEquals(new byte[] {'H', 'E', 'L', 'L', 'O', 0, 0, 0}, out.toArray(ValueLayout.JAVA_BYTE));
        Operation small = new Operation(new Param.TempMemory(ParamType.MEMREF_TEMP_INPUT, in),
                new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, MemorySegment.ofArray(new byte[2])));
        assertEquals(new Returned(ResultCode.SHORT_BUFFER, Origin.TRUSTED_APP), session.invoke(UPPER, small));
        assertEquals(5, small.memory(1).size());
        Operation ask = new Operation(new Param.TempMemory(ParamType.MEMREF_TEMP_INPUT, in),
                new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, MemorySegment.NULL));
        assertEquals(ResultCode.SHORT_BUFFER, session.invoke(UPPER, ask).result());
        assertEquals(5, ask.memory(1).size());
    }

    @Test
    void sharesBlocksWithoutCopying() {
        install(true, true, false);
        ClientSession session = session();
        try (SharedBlock block = client.allocate(6000, true, true)) {
            MemorySegment bytes = block.memory().segment();
            bytes.asSlice(100, 3).copyFrom(MemorySegment.ofArray("abc".getBytes()));
            Operation operation = new Operation(new Param.BlockMemory(ParamType.MEMREF_PARTIAL_INPUT, block, 100, 3),
                    new Param.BlockMemory(ParamType.MEMREF_PARTIAL_OUTPUT, block, 5000, 3));
            assertEquals(OK, session.invoke(UPPER, operation));
            assertArrayEquals("ABC".getBytes(), bytes.asSlice(5000, 3).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void refusesReferencesThatContradictTheirBlock() {
        install(true, true, false);
        ClientSession session = session();
        var bad = new Returned(ResultCode.BAD_PARAMETERS, Origin.API);
        SharedBlock block = client.allocate(4096, true, false);
        assertEquals(bad, session.invoke(UPPER, new Operation(
                new Param.BlockMemory(ParamType.MEMREF_PARTIAL_OUTPUT, block, 0, 1))));
        for (long[] range : new long[][] {{4096, 1}, {0, 4097}, {-1, 1}, {1, 4096}, {0, -1}, {Long.MAX_VALUE, 2}}) {
            assertEquals(bad, session.invoke(UPPER, new Operation(
                    new Param.BlockMemory(ParamType.MEMREF_PARTIAL_INPUT, block, range[0], range[1]))));
        }
        block.close();
        assertEquals(bad, session.invoke(UPPER, new Operation(new Param.BlockMemory(block))));
        assertEquals(new Returned(ResultCode.BAD_PARAMETERS, Origin.API),
                client.openSession(TA, new Operation(new Param.BlockMemory(block))).returned());
        assertThrows(IllegalArgumentException.class, () -> client.allocate(1, false, false));
        assertThrows(IllegalArgumentException.class, () -> new Operation(Param.NONE, Param.NONE, Param.NONE,
                Param.NONE, Param.NONE));
        assertThrows(IllegalArgumentException.class, () -> new Param.Value(ParamType.MEMREF_WHOLE, 0, 0));
    }

    @Test
    void keepsInputFromBeingWritten() {
        install(true, true, false);
        ClientSession session = session();
        MemorySegment in = MemorySegment.ofArray(new byte[1]);
        assertEquals(new Returned(ResultCode.TARGET_DEAD, Origin.TEE), session.invoke(SCRIBBLE,
                new Operation(new Param.TempMemory(ParamType.MEMREF_TEMP_INPUT, in))));
        assertEquals(0, in.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void handsOnTheApplicationsOwnCodes() {
        install(true, true, false);
        ClientSession session = session();
        assertEquals("0x80001234", session.invoke(OWN_CODE, new Operation()).result().toString());
        assertEquals(new Returned(ResultCode.NOT_SUPPORTED, Origin.TRUSTED_APP), session.invoke(99, new Operation()));
        Opened denied = client.openSession(TA, new Operation(value(ParamType.VALUE_INPUT, 1, 1)));
        assertEquals(new Returned(ResultCode.ACCESS_DENIED, Origin.TRUSTED_APP), denied.returned());
        assertTrue(denied.session().isEmpty());
        assertEquals(-38, ask(session));
    }

    private static int ask(ClientSession session) {
        Operation operation = new Operation(value(ParamType.VALUE_OUTPUT, 0, 0));
        assertEquals(OK, session.invoke(ASK_HOST, operation));
        return operation.value(0).a();
    }

    @Test
    void knowsOnlyWhatIsInstalled() {
        assertEquals(new Returned(ResultCode.ITEM_NOT_FOUND, Origin.TEE),
                client.openSession(TA, new Operation()).returned());
    }

    @Test
    void keepsSessionsOfOneInstanceApart() {
        install(true, true, false);
        ClientSession first = session();
        ClientSession second = session();
        assertEquals(1, count(first));
        assertEquals(2, count(first));
        assertEquals(1, count(second));
        first.close();
        first.close();
        assertEquals(2, count(second));
        assertEquals(new Returned(ResultCode.BAD_STATE, Origin.API), first.invoke(COUNT, new Operation()));
        second.close();
        assertEquals(List.of("create", "open", "open", "close", "close", "destroy"), life);
        assertEquals(1 << 20, machine.memory().free("secure"));
        assertEquals(1, count(session()));
        assertEquals("create", life.get(6), "a new instance");
    }

    private static int count(ClientSession session) {
        Operation operation = new Operation(value(ParamType.VALUE_OUTPUT, 0, 0));
        assertEquals(OK, session.invoke(COUNT, operation));
        return operation.value(0).a();
    }

    @Test
    void keepsAnInstanceAliveWhereToldTo() {
        install(true, true, true);
        session().close();
        session().close();
        assertEquals(List.of("create", "open", "close", "open", "close"), life);
        assertEquals((1 << 20) - 3 * 4096, machine.memory().free("secure"));
    }

    @Test
    void refusesASecondSessionWhereOneIsTheLimit() {
        install(true, false, false);
        ClientSession first = session();
        assertEquals(new Returned(ResultCode.BUSY, Origin.TEE), client.openSession(TA, new Operation()).returned());
        first.close();
        session();
    }

    @Test
    void givesEverySessionItsInstanceWhereToldTo() {
        install(false, false, false);
        ClientSession first = session();
        ClientSession second = session();
        assertEquals(List.of("create", "open", "create", "open"), life);
        assertEquals(new Returned(ResultCode.TARGET_DEAD, Origin.TEE), first.invoke(PANIC, new Operation()));
        assertEquals(1, count(second), "the other instance lives");
    }

    @Test
    void endsAllSessionsOfAnInstanceThatPanicked() {
        install(true, true, true);
        ClientSession first = session();
        ClientSession second = session();
        var dead = new Returned(ResultCode.TARGET_DEAD, Origin.TEE);
        assertEquals(dead, first.invoke(PANIC, new Operation()));
        assertEquals(dead, second.invoke(COUNT, new Operation()));
        assertEquals(1 << 20, machine.memory().free("secure"));
        first.close();
        second.close();
        assertEquals(List.of("create", "open", "open"), life, "a dead application is not called");
        assertEquals(1, count(session()));
    }

    @Test
    void tellsWhenSecureMemoryIsFull() {
        os.install(machine, new TaImage(new TaProperties(TA, false, false, false, 600_000), new byte[1],
                Calculator::new));
        session();
        assertEquals(new Returned(ResultCode.OUT_OF_MEMORY, Origin.TEE),
                client.openSession(TA, new Operation()).returned());
        assertEquals((1 << 20) - 4096 - 602_112, machine.memory().free("secure"), "nothing was taken for the second");
    }

    @Test
    void storesAcrossInstances() {
        install(true, true, false);
        assertEquals(0, store(11));
        assertEquals(11, store(12));
        assertEquals(12, store(13));
    }

    private int store(int next) {
        try (ClientSession session = session()) {
            Operation operation = new Operation(value(ParamType.VALUE_INOUT, next, 0));
            assertEquals(OK, session.invoke(STORE, operation));
            return operation.value(0).a();
        }
    }

    @Test
    void cancelsACallThatLooksAndOneThatWaits() throws Exception {
        install(true, true, false);
        ClientSession first = session();
        ClientSession second = session();
        Operation running = new Operation();
        Operation waiting = new Operation();
        var one = new AtomicReference<Returned>();
        var two = new AtomicReference<Returned>();
        Thread runs = Thread.ofPlatform().start(() -> one.set(first.invoke(WAIT, running)));
        inside.await();
        Thread waits = Thread.ofPlatform().start(() -> two.set(second.invoke(COUNT, waiting)));
        while (waits.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        client.requestCancellation(waiting);
        waits.join();
        assertEquals(new Returned(ResultCode.CANCEL, Origin.TEE), two.get());
        client.requestCancellation(running);
        runs.join();
        assertEquals(new Returned(ResultCode.CANCEL, Origin.TRUSTED_APP), one.get());
        assertEquals(new Returned(ResultCode.NOT_SUPPORTED, Origin.TRUSTED_APP), second.invoke(99, waiting),
                "an operation can be used again");
        assertEquals(1, count(second));
    }

    @Test
    void endsCallsAndFreesMemoryWhenTheBackendStops() throws Exception {
        install(true, true, true);
        ClientSession session = session();
        var one = new AtomicReference<Returned>();
        Thread runs = Thread.ofPlatform().start(() -> one.set(session.invoke(WAIT, new Operation())));
        inside.await();
        SharedBlock block = client.allocate(100, true, true);
        ((JavaTrustedOs) os).close();
        runs.join();
        assertEquals(new Returned(ResultCode.TARGET_DEAD, Origin.TEE), one.get());
        assertEquals(1 << 20, machine.memory().free("secure"));
        assertFalse(block.memory().segment().scope().isAlive());
        assertEquals(List.of(), machine.memory().regions());
        assertThrows(Gone.class, () -> os.connect(machine, Pricing.NONE, TrustedOs.NO_SUPPLICANT));
    }

    @Test
    void registersMemoryThatTheClientHasAlready() {
        install(true, true, false);
        ClientSession session = session();
        try (MemFd file = MemFd.create("client", 4096)) {
            SharedBlock block = client.register(file.fd().number(), 4096, true, true);
            MemorySegment bytes = block.memory().segment();
            bytes.copyFrom(MemorySegment.ofArray("xyz".getBytes()));
            assertEquals(OK, session.invoke(UPPER, new Operation(
                    new Param.BlockMemory(ParamType.MEMREF_PARTIAL_INPUT, block, 0, 3),
                    new Param.BlockMemory(ParamType.MEMREF_PARTIAL_OUTPUT, block, 8, 3))));
            assertArrayEquals("XYZ".getBytes(), bytes.asSlice(8, 3).toArray(ValueLayout.JAVA_BYTE));
            assertThrows(WrongState.class, () -> client.register(file.fd().number(), 4097, true, true));
            block.close();
        }
    }

    @Test
    void countsExactly() {
        install(true, true, false);
        LedgerSnapshot start = machine.ledger().snapshot();
        ClientSession session = session();
        LedgerSnapshot opened = machine.ledger().snapshot();
        assertEquals("{SMC=2, TA_LOAD_PAGE=3, TA_SESSION_OPEN=1}", counts(opened.since(start)));
        count(session);
        LedgerSnapshot invoked = machine.ledger().snapshot();
        assertEquals("{SMC=2, TA_INVOKE=1}", counts(invoked.since(opened)));
        SharedBlock block = client.allocate(2 * 4096, true, true);
        LedgerSnapshot allocated = machine.ledger().snapshot();
        assertEquals("{SHM_REGISTER=1, SMC=2}", counts(allocated.since(invoked)));
        session.invoke(OWN_CODE, new Operation(new Param.BlockMemory(block)));
        LedgerSnapshot mapped = machine.ledger().snapshot();
        assertEquals("{SHM_MAP_PAGE=2, SMC=2, TA_INVOKE=1}", counts(mapped.since(allocated)));
        try (Arena arena = Arena.ofConfined()) {
            session.invoke(OWN_CODE, new Operation(
                    new Param.TempMemory(ParamType.MEMREF_TEMP_INPUT, arena.allocate(100))));
        }
        LedgerSnapshot temporary = machine.ledger().snapshot();
        assertEquals("{SHM_MAP_PAGE=1, SHM_REGISTER=1, SHM_UNREGISTER=1, SMC=6, TA_INVOKE=1}",
                counts(temporary.since(mapped)));
        block.close();
        session.close();
        assertEquals("{SHM_UNREGISTER=1, SMC=4, TA_SESSION_CLOSE=1}",
                counts(machine.ledger().snapshot().since(temporary)));
        assertEquals("{SHM_REGISTER=2, SHM_UNREGISTER=2, SMC=8}", counts(client.ledger().snapshot()));
    }

    @Test
    void namesTheCodesAsTheSpecificationDoes() {
        assertEquals("TEEC_SUCCESS", ResultCode.SUCCESS.toString());
        assertEquals("TEEC_ERROR_SHORT_BUFFER", new ResultCode(0xFFFF0010).toString());
        assertEquals("TEEC_ERROR_TARGET_DEAD", ResultCode.TARGET_DEAD.toString());
        assertEquals(4, Origin.TRUSTED_APP.value());
    }
}
