package org.kakuri.tee.trustzone.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Refused;
import org.kakuri.api.WrongState;
import org.kakuri.api.attest.Appraisal;
import org.kakuri.api.attest.Endorser;
import org.kakuri.api.attest.ReferenceValues;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Sealing;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.attest.internal.PsaTokenVerifier;
import org.kakuri.attest.measure.TaDigest;

/** The verifier is another bundle's, and computes what it expects from the image alone. */
@Timeout(30)
class AttestationTest {
    private final Bench bench = new Bench();
    private final Bench another = new Bench();
    private final PsaTokenVerifier verifier = new PsaTokenVerifier();

    @AfterEach
    void close() {
        bench.close();
        another.close();
    }

    private static byte[] digestOf(int value) {
        byte[] image = new byte[8192];
        Arrays.fill(image, (byte) value);
        return new TaDigest().attach(0x10000, Perms.RX, image).digest();
    }

    private static <T> T inside(TeeInstance instance, Function<Inside, T> use) {
        var result = new AtomicReference<T>();
        var exit = Bench.context(instance, inside -> {
            result.set(use.apply(inside));
            return 0;
        }).run(Bench.NOBODY);
        assertEquals(new org.kakuri.api.tee.Exit.Ended(0), exit);
        return result.get();
    }

    private Appraisal appraise(Evidence evidence, byte[] nonce, byte[] measurement, Bench endorsed) {
        List<byte[]> keys = endorsed.backend.extension(Endorser.class).orElseThrow().trustedKeys(endorsed.machine);
        return verifier.verify(evidence, new ReferenceValues(nonce, measurement, keys));
    }

    private static List<String> failed(Appraisal appraisal) {
        return appraisal.checks().stream().filter(check -> !check.passed()).map(Appraisal.Check::id).toList();
    }

    @ParameterizedTest(name = "{0} bytes of report")
    @ValueSource(ints = {1, 31, 32, 33, 48, 49, 64})
    void convincesTheVerifier(int length) {
        byte[] report = new byte[length];
        Arrays.fill(report, (byte) 0x42);
        Evidence evidence = inside(bench.loaded(1), inside -> inside.attest(report));
        assertEquals(bench.backend.info().evidenceFormat().orElseThrow(), evidence.format());
        Appraisal appraisal = appraise(evidence, report, digestOf(1), bench);
        assertTrue(appraisal.trusted(), appraisal::toString);
        assertEquals("deterministic", appraisal.claims().get("encoding"));
    }

    @Test
    void isRefusedForOtherCodeAnotherMachineOrAnotherNonce() {
        byte[] nonce = new byte[32];
        nonce[0] = 1;
        Evidence evidence = inside(bench.loaded(1), inside -> inside.attest(nonce));
        assertEquals(List.of("measurement"), failed(appraise(evidence, nonce, digestOf(2), bench)));
        assertEquals(List.of("key"), failed(appraise(evidence, nonce, digestOf(1), another)));
        assertEquals(List.of("nonce"), failed(appraise(evidence, new byte[32], digestOf(1), bench)));
    }

    @Test
    void refusesAReportThatIsTooLong() {
        inside(bench.loaded(1), inside -> assertThrows(IllegalArgumentException.class,
                () -> inside.attest(new byte[65])));
    }

    @Test
    void measuresWhatLiesInMemoryNotWhatWasHandedOver() {
        TeeInstance instance = bench.instance();
        var backing = Bench.pages(2, 1);
        instance.attach(0x10000, backing, Perms.RX);
        backing.segment().orElseThrow().set(java.lang.foreign.ValueLayout.JAVA_BYTE, 5000, (byte) 2);
        Measurement measurement = instance.seal();
        byte[] image = new byte[8192];
        Arrays.fill(image, (byte) 1);
        image[5000] = 2;
        assertEquals(new Measurement("TA digest", "SHA-256",
                new TaDigest().attach(0x10000, Perms.RX, image).digest()), measurement);
        assertThrows(WrongState.class, instance::seal);
    }

    @Test
    void countsEveryAttachmentInOrder() {
        TeeInstance instance = bench.instance();
        instance.attach(0x20000, Bench.pages(1, 2), Perms.RW);
        instance.attach(0x10000, Bench.pages(1, 1), Perms.R);
        byte[] one = new byte[4096];
        byte[] two = new byte[4096];
        Arrays.fill(one, (byte) 1);
        Arrays.fill(two, (byte) 2);
        assertArrayEquals(
                new TaDigest().attach(0x20000, Perms.RW, two).attach(0x10000, Perms.R, one).digest(),
                instance.seal().digest());
    }

    @Test
    void unsealsForTheSameCodeOnTheSameMachineOnly() {
        byte[] label = {1};
        byte[] sealed = inside(bench.loaded(1), inside -> inside.sealing().seal(label, new byte[] {4, 5, 6}));
        assertArrayEquals(new byte[] {4, 5, 6},
                inside(bench.loaded(1), inside -> inside.sealing().unseal(label, sealed)), "a later instance");
        byte[] flipped = sealed.clone();
        flipped[sealed.length - 1] ^= 1;
        for (var attempt : List.<Runnable>of(
                () -> inside(bench.loaded(2), inside -> inside.sealing().unseal(label, sealed)),
                () -> inside(another.loaded(1), inside -> inside.sealing().unseal(label, sealed)),
                () -> inside(bench.loaded(1), inside -> inside.sealing().unseal(new byte[] {2}, sealed)),
                () -> inside(bench.loaded(1), inside -> inside.sealing().unseal(label, flipped)),
                () -> inside(bench.loaded(1), inside -> inside.sealing().unseal(label, new byte[3])))) {
            assertThrows(AssertionError.class, attempt::run);
        }
        inside(bench.loaded(2), inside -> {
            var refused = assertThrows(Refused.class, () -> inside.sealing().unseal(label, sealed));
            assertEquals("sealed data refused: bytes=31", refused.getMessage());
            return 0;
        });
    }

    @Test
    void bindsSealingToTheIdentityToo() {
        byte[] sealed = inside(bench.loaded(1), inside -> inside.sealing().seal(new byte[0], new byte[1]));
        TeeInstance imposter = bench.backend.create(bench.machine,
                new InstanceSpec("imposter", UUID.randomUUID(), 65536, Pricing.NONE, java.util.Map.of()));
        imposter.attach(0x10000, Bench.pages(2, 1), Perms.RX);
        imposter.seal();
        inside(imposter, inside -> assertThrows(Refused.class, () -> inside.sealing().unseal(new byte[0], sealed)));
    }

    @Test
    void keepsEvidenceAndKeysFromTheHost() {
        TeeInstance instance = bench.loaded(1);
        var kept = new AtomicReference<Inside>();
        var sealing = new AtomicReference<Sealing>();
        inside(instance, inside -> {
            kept.set(inside);
            sealing.set(inside.sealing());
            return 0;
        });
        assertThrows(WrongState.class, () -> kept.get().attest(new byte[1]));
        assertThrows(WrongState.class, () -> kept.get().sealing());
        byte[] sealed = sealing.get().seal(new byte[0], new byte[1]);
        instance.close();
        assertEquals("the key is forgotten: its trusted application was destroyed",
                assertThrows(WrongState.class, () -> sealing.get().unseal(new byte[0], sealed)).getMessage());
        assertThrows(WrongState.class, () -> sealing.get().seal(new byte[0], new byte[1]));
    }

    @Test
    void givesEachMachineItsOwnKeyAndKeepsIt() {
        Endorser endorser = bench.backend.extension(Endorser.class).orElseThrow();
        String first = Arrays.toString(endorser.trustedKeys(bench.machine).getFirst());
        assertEquals(first, Arrays.toString(endorser.trustedKeys(bench.machine).getFirst()));
        assertNotEquals(first, Arrays.toString(endorser.trustedKeys(another.machine).getFirst()));
        assertFalse(bench.backend.extension(Runnable.class).isPresent());
    }
}
