package org.kakuri.system.tzmediator.internal.styles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.GlobalPlatform;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Param;
import org.kakuri.api.gp.ParamType;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.system.tzmediator.internal.StandInContext;
import org.kakuri.system.tzmediator.internal.StandInLease;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** The real TA on the model of TrustZone, real processes as its CAs. */
@Timeout(120)
class StylesExperimentTest {
    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);
    private final TrustZoneBackend backend = new TrustZoneBackend(16);
    private final TrustedOs os = backend.extension(TrustedOs.class).orElseThrow();
    private final StandInLease lease = new StandInLease(Map.of("SMC", "world switch"));
    private final StandInContext context = new StandInContext(lease.workbench(), Duration.ofSeconds(100));
    private final GlobalPlatform platform = new GlobalPlatform() {
        @Override
        public void install(TaImage image) {
            os.install(machine, image);
        }

        @Override
        public TeeClient initializeContext(Pricing pricing, ExitHandler supplicant) {
            return os.connect(machine, pricing, supplicant);
        }
    };

    @BeforeEach
    void twoCpus() {
        Assumptions.assumeTrue(Affinity.get(Affinity.THIS_THREAD).length > 1, "polling needs a second CPU");
        backend.platform(machine);
        lease.platform = platform;
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(16 << 20, machine.memory().free("secure"), "secure memory");
        assertEquals(List.of(), machine.memory().regions(), "shared memory");
        machine.close();
        assertEquals(List.of(), ProcFs.children((int) ProcessHandle.current().pid()), "children");
    }

    private static Trial open(StandInContext context, int size, int work) {
        return new StylesExperiment(Path.of("target/cache"), System.getenv().getOrDefault("PATH", ""), 100)
                .open(new Point(new TreeMap<>(Map.of("size", "" + size, "work", "" + work, "mechanism", "pipe", "tee",
                        "standin", "runtime", "standin"))), context);
    }

    /** Takes what an arm counted. */
    private static final class Counted implements SampleSink {
        private final Map<String, Double> extras = new TreeMap<>();
        private final Map<String, Long> events = new TreeMap<>();
        private int samples;
        private String failure = "";

        @Override
        public void sample(double value) {
            samples++;
        }

        @Override
        public void extra(String name, double value) {
            extras.put(name, value);
        }

        @Override
        public void events(LedgerSnapshot counted) {
            counted.counts().forEach((event, count) -> events.put(event, count.count()));
        }

        @Override
        public void failure(String reason) {
            failure = reason;
        }
    }

    /** One request of 64 bytes needs one page of memory, so each map is of one. */
    @Test
    void countsExactlyWhatEachStyleSwitches() throws Exception {
        Map<String, String> expected = new TreeMap<>(Map.of(
                "gp.registered", "{SHM_MAP_PAGE=80, SMC=80, TA_INVOKE=40}",
                "gp.temporary", "{SHM_MAP_PAGE=80, SHM_REGISTER=80, SHM_UNREGISTER=80, SMC=400, TA_INVOKE=40}",
                "posix.rpc", "{RPC_EXIT=40, RPC_RETURN=40, SMC=80}",
                "posix.rpc.plain", "{RPC_EXIT=80, RPC_RETURN=80, SMC=160}"));
        Map<String, String> found = new TreeMap<>();
        try (Trial trial = open(context, 64, 3)) {
            assertEquals(List.of("gp.registered", "gp.temporary", "posix.rpc", "posix.rpc.plain", "posix.polling"),
                    trial.arms().stream().map(arm -> arm.info().name()).toList());
            for (Arm arm : trial.arms()) {
                Counted counted = new Counted();
                arm.measure(40, counted);
                assertEquals("", counted.failure, arm.info().name());
                assertEquals(40, counted.samples, arm.info().name());
                if (arm.info().name().equals("posix.polling")) {
                    Map<String, Long> events = counted.events;
                    assertEquals(events.getOrDefault("RPC_EXIT", 0L) + events.getOrDefault("RPC_RETURN", 0L),
                            events.getOrDefault("SMC", 0L), "only to sleep, perhaps still: " + events);
                } else {
                    found.put(arm.info().name(), counted.events.toString());
                    assertEquals(counted.events.get("SMC") / 40.0, counted.extras.get("switches.each"));
                }
            }
        }
        assertEquals(expected, found);
        assertTrue(lease.closed, "the lease was not given back");
    }

    @Test
    void isUnsupportedWhereNobodyCallsThatWay() {
        lease.platform = null;
        assertEquals("this lease lends no GlobalPlatform",
                assertThrows(Unsupported.class, () -> open(context, 64, 0)).getMessage());
        assertTrue(lease.closed, "the lease was not given back");
    }

    @Test
    void failsWithTheReasonWhenTheSecureWorldGoes() throws Exception {
        try (Trial trial = open(context, 64, 0)) {
            ((AutoCloseable) os).close();
            for (Arm arm : trial.arms()) {
                KakuriException failure = assertThrows(KakuriException.class, () -> arm.measure(10, new Counted()));
                assertTrue(failure.getMessage().contains(switch (arm.info().name()) {
                case "gp.registered" -> "the block it had registered went with the TEE";
                case "gp.temporary" -> "TEEC_ERROR_BAD_STATE from API";
                default -> "the TA ended before its CA: TEEC_ERROR_TARGET_DEAD from TEE";
                }), failure.getMessage());
            }
        }
    }

    /** Each refusal beside the call that is right. */
    @Test
    void refusesParametersThatMakeNoSense() {
        platform.install(StyledTa.image());
        try (TeeClient client = platform.initializeContext(Pricing.NONE, TrustedOs.NO_SUPPLICANT)) {
            ClientSession session = InvokeArm.session(client);
            assertEquals(ResultCode.SUCCESS, answer(session, 100, 100));
            assertEquals(ResultCode.SHORT_BUFFER, answer(session, 100, 99));
            assertEquals(ResultCode.BAD_PARAMETERS, answer(session, 0, 100));
            assertEquals(ResultCode.EXCESS_DATA, answer(session, (64 << 10) + 1, 70_000));
            assertEquals(ResultCode.BAD_PARAMETERS, session.invoke(StyledTa.ANSWER, new Operation()).result());
            assertEquals(ResultCode.BAD_PARAMETERS, session.invoke(StyledTa.SERVE, new Operation()).result());
            assertEquals(ResultCode.NOT_SUPPORTED, session.invoke(99, new Operation()).result());
        }
    }

    private static ResultCode answer(ClientSession session, int bytes, int room) {
        return session.invoke(StyledTa.ANSWER, StyledTa.answering(
                new Param.TempMemory(ParamType.MEMREF_TEMP_INPUT, MemorySegment.ofArray(new byte[bytes])),
                new Param.TempMemory(ParamType.MEMREF_TEMP_OUTPUT, MemorySegment.ofArray(new byte[room])), 0)).result();
    }
}
