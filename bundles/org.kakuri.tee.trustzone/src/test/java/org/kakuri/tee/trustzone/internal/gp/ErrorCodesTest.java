package org.kakuri.tee.trustzone.internal.gp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Param;
import org.kakuri.api.gp.ParamType;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.Returned;
import org.kakuri.api.gp.SharedBlock;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TaParams;
import org.kakuri.api.gp.TaProperties;
import org.kakuri.api.gp.TaSession;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.gp.TrustedApplication;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Resume;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** Which stimulus gives which code, and from where; values typed from TEE Client API 1.0, return codes and origins. */
@Timeout(30)
class ErrorCodesTest {
    private static final UUID TA = UUID.fromString("5ce0c432-0ab0-40e5-a056-782ca0e6aba2");
    private static final int FILL = 1;
    private static final int PANIC = 2;
    private static final int WAIT = 3;
    private static final int GIVE = 4;
    private static final int ASK = 5;
    private static final int LOOP_IN_HOST = 6;

    private static final int API = 1;
    private static final int TEE = 3;
    private static final int APP = 4;

    /** What a stimulus may use. */
    private record Bench(MachineModel machine, TrustedOs os, TeeClient client, CountDownLatch inside) {
        ClientSession session() {
            return client.openSession(TA, new Operation()).session().orElseThrow();
        }

        void install(boolean multi, long dataBytes) {
            os.install(machine, new TaImage(new TaProperties(TA, true, multi, false, dataBytes), new byte[1],
                    () -> new Application(inside)));
        }
    }

    private record Application(CountDownLatch inside) implements TrustedApplication {
        @Override
        public ResultCode openSession(TaSession session, TaParams params) {
            return params.types() == ParamType.VALUE_INPUT.value() ? new ResultCode(params.a(0)) : ResultCode.SUCCESS;
        }

        @Override
        public ResultCode invokeCommand(TaSession session, int command, TaParams params) {
            switch (command) {
            case FILL -> {
                long offered = params.size(0);
                params.size(0, 8);
                return offered < 8 ? ResultCode.SHORT_BUFFER : ResultCode.SUCCESS;
            }
            case PANIC -> throw new IllegalStateException("panic");
            case WAIT -> {
                inside.countDown();
                while (true) {
                    session.inside().safepoint();
                }
            }
            case GIVE -> {
                return new ResultCode(params.a(0));
            }
            case ASK, LOOP_IN_HOST -> {
                inside.countDown();
                params.set(0, (int) session.inside().callHost(new HostRequest("posix", command, 0)), 0);
                return ResultCode.SUCCESS;
            }
            default -> {
                return ResultCode.NOT_SUPPORTED;
            }
            }
        }
    }

    private record Row(String stimulus, int code, int origin, Function<Bench, Returned> call) {}

    private static Operation value(int a) {
        return new Operation(new Param.Value(ParamType.VALUE_INPUT, a, 0));
    }

    private static Operation temporary(int bytes) {
        return new Operation(
                new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, MemorySegment.ofArray(new byte[bytes])));
    }

    private static Operation part(SharedBlock block, ParamType type, long offset, long size) {
        return new Operation(new Param.BlockMemory(type, block, offset, size));
    }

    private static Returned afterKill(Bench bench) {
        ClientSession session = bench.session();
        var returned = new AtomicReference<Returned>();
        Thread call = Thread.ofPlatform().start(() -> returned.set(session.invoke(WAIT, new Operation())));
        try {
            bench.inside().await();
            bench.client().terminate();
            call.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return returned.get();
    }

    private static final List<Row> ROWS = List.of(
            new Row("success", 0x00000000, APP, b -> b.session().invoke(FILL, temporary(8))),
            new Row("unknown application", 0xFFFF0008, TEE,
                    b -> b.client().openSession(new UUID(1, 1), new Operation()).returned()),
            new Row("second session of an application that takes one", 0xFFFF000D, TEE, b -> {
                b.install(false, 0);
                b.session();
                return b.client().openSession(TA, new Operation()).returned();
            }),
            new Row("no secure memory is left", 0xFFFF000C, TEE, b -> {
                b.install(true, 2 << 20);
                return b.client().openSession(TA, new Operation()).returned();
            }),
            new Row("the application refuses the session", 0xFFFF0001, APP,
                    b -> b.client().openSession(TA, value(0xFFFF0001)).returned()),
            new Row("buffer too short", 0xFFFF0010, APP, b -> b.session().invoke(FILL, temporary(7))),
            new Row("no buffer: the size is asked for", 0xFFFF0010, APP, b -> b.session()
                    .invoke(FILL,
                            new Operation(new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, MemorySegment.NULL)))),
            new Row("part behind the end of its block", 0xFFFF0006, API, b -> b.session()
                    .invoke(FILL,
                            part(b.client().allocate(100, true, true), ParamType.MEMREF_PARTIAL_OUTPUT, 93, 8))),
            new Row("part in a direction the block is not for", 0xFFFF0006, API, b -> b.session()
                    .invoke(FILL,
                            part(b.client().allocate(100, true, false), ParamType.MEMREF_PARTIAL_OUTPUT, 0, 8))),
            new Row("block that was released", 0xFFFF0006, API, b -> {
                SharedBlock block = b.client().allocate(100, true, true);
                block.close();
                return b.session().invoke(FILL, part(block, ParamType.MEMREF_PARTIAL_OUTPUT, 0, 8));
            }), new Row("session that was closed", 0xFFFF0007, API, b -> {
                ClientSession session = b.session();
                session.close();
                return session.invoke(FILL, temporary(8));
            }), new Row("command the application does not know", 0xFFFF000A, APP, b -> b.session()
                    .invoke(99,
                            new Operation())),
            new Row("conflict that the application reports", 0xFFFF0003, APP,
                    b -> b.session().invoke(GIVE, value(0xFFFF0003))),
            new Row("code of the application's own", 0x80001234, APP, b -> b.session().invoke(GIVE, value(0x80001234))),
            new Row("panic", 0xFFFF3024, TEE, b -> b.session().invoke(PANIC, new Operation())),
            new Row("call after a panic", 0xFFFF3024, TEE, b -> {
                ClientSession session = b.session();
                session.invoke(PANIC, new Operation());
                return session.invoke(FILL, temporary(8));
            }), new Row("application writes a parameter that is none: a panic", 0xFFFF3024, TEE,
                    b -> b.session().invoke(ASK, new Operation())),
            new Row("killed in a call", 0xFFFF3024, TEE, ErrorCodesTest::afterKill),
            new Row("call after a kill", 0xFFFF3024, TEE, b -> {
                ClientSession session = b.session();
                b.client().terminate();
                return session.invoke(FILL, temporary(8));
            }), new Row("new session after a kill", 0x00000000, APP, b -> {
                b.session();
                b.client().terminate();
                return b.session().invoke(FILL, temporary(8));
            }));

    @TestFactory
    Stream<DynamicTest> returns() {
        return ROWS.stream().map(row -> DynamicTest.dynamicTest(row.stimulus(), () -> {
            try (var machine = new MachineModel("host-a", Machine.ARM)) {
                TrustedOs os = new TrustZoneBackend(1).extension(TrustedOs.class).orElseThrow();
                try (TeeClient client = os.connect(machine, Pricing.NONE, TrustedOs.NO_SUPPLICANT)) {
                    var bench = new Bench(machine, os, client, new CountDownLatch(1));
                    bench.install(true, 0);
                    Returned returned = row.call().apply(bench);
                    assertEquals("0x%08X from %d".formatted(row.code(), row.origin()),
                            "0x%08X from %d".formatted(returned.result().value(), returned.origin().value()));
                }
                assertEquals(1 << 20, machine.memory().free("secure"), "secure memory is free again");
            }
        }));
    }

    @Test
    void asksTheSupplicantOfTheClientWhoCalls() {
        try (var machine = new MachineModel("host-a", Machine.ARM)) {
            TrustedOs os = new TrustZoneBackend(1).extension(TrustedOs.class).orElseThrow();
            List<String> asked = new ArrayList<>();
            try (TeeClient one = os.connect(machine, Pricing.NONE, exit -> answered(exit, asked, 11));
                    TeeClient two = os.connect(machine, Pricing.NONE, exit -> answered(exit, asked, 22))) {
                new Bench(machine, os, one, new CountDownLatch(1)).install(true, 0);
                ClientSession first = one.openSession(TA, new Operation()).session().orElseThrow();
                ClientSession second = two.openSession(TA, new Operation()).session().orElseThrow();
                long before = first.ledger().snapshot().count("SMC").count();
                assertEquals(11, ask(first));
                assertEquals(22, ask(second));
                assertEquals(11, ask(first));
                assertEquals(List.of("posix 5", "posix 5", "posix 5"), asked);
                assertEquals(12, first.ledger().snapshot().count("SMC").count() - before, "each asks once: 4 switches");
            }
        }
    }

    private static Resume answered(Exit exit, List<String> asked, long answer) {
        if (exit instanceof Exit.HostCall(HostRequest request)) {
            asked.add(request.service() + " " + request.operation());
        }
        return new Resume.Reply(answer);
    }

    private static int ask(ClientSession session) {
        Operation operation = new Operation(new Param.Value(ParamType.VALUE_OUTPUT, 0, 0));
        assertTrue(session.invoke(ASK, operation).success());
        return operation.value(0).a();
    }

    @Test
    void terminatesWhatWaitsInTheHostAsSoonAsItReturns() throws InterruptedException {
        try (var machine = new MachineModel("host-a", Machine.ARM)) {
            TrustedOs os = new TrustZoneBackend(1).extension(TrustedOs.class).orElseThrow();
            var inside = new CountDownLatch(1);
            var killed = new CountDownLatch(1);
            try (TeeClient client = os.connect(machine, Pricing.NONE, exit -> {
                try {
                    killed.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return new Resume.Reply(0);
            })) {
                new Bench(machine, os, client, inside).install(true, 0);
                ClientSession session = client.openSession(TA, new Operation()).session().orElseThrow();
                var returned = new AtomicReference<Returned>();
                Thread call = Thread.ofPlatform()
                        .start(() -> returned.set(session.invoke(LOOP_IN_HOST,
                                new Operation(new Param.Value(ParamType.VALUE_OUTPUT, 0, 0)))));
                inside.await();
                client.terminate();
                call.join();
                assertEquals(ResultCode.TARGET_DEAD, returned.get().result());
            }
        }
    }

    @Test
    void forgetsWhatIsNoLongerInstalled() {
        try (var machine = new MachineModel("host-a", Machine.ARM)) {
            TrustedOs os = new TrustZoneBackend(1).extension(TrustedOs.class).orElseThrow();
            try (TeeClient client = os.connect(machine, Pricing.NONE, TrustedOs.NO_SUPPLICANT)) {
                var old = new TaImage(new TaProperties(TA, true, true, true, 0), new byte[1],
                        () -> new Application(new CountDownLatch(1)));
                var kept = new TaImage(old.properties(), new byte[1], old.code());
                TrustedOs.Installation first = os.install(machine, old);
                TrustedOs.Installation second = os.install(machine, kept);
                first.close();
                client.openSession(TA, new Operation()).session().orElseThrow().close();
                assertEquals((1 << 20) - 4096, machine.memory().free("secure"), "the newer one is there, kept alive");
                second.close();
                second.close();
                assertEquals(1 << 20, machine.memory().free("secure"));
                assertEquals(ResultCode.ITEM_NOT_FOUND, client.openSession(TA, new Operation()).returned().result());
            }
        }
    }
}
