package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.platform.linux.Pipe;

/** The application ta_vault: what it stores, and what it refuses to open. Exit statuses as ta_vault.c lists them. */
@Timeout(90)
class VaultTest {
    private static final int NO_SUCH_NAME = 1;
    private static final int USAGE = 2;
    private static final int REFUSED = 3;
    private static final int OLDER = 4;
    private static final int FAILED = 5;
    private static final int TOO_MUCH = 6;
    private static final int NO_KEYS = 7;

    @TempDir
    private Path folder;
    private final Bench bench = new Bench(TestBackends.trustZone());
    private RuntimeSession session;

    @BeforeEach
    void open() {
        session = AppRun.open(bench, "ta_vault");
    }

    @AfterEach
    void close() {
        session.close();
        bench.close();
        assertEquals(List.of(), Bench.guestThreads());
    }

    private AppRun vault(RuntimeSession in, byte[] input, String... words) {
        var argv = new ArrayList<>(List.of("ta_vault", "-f", "/data/store"));
        argv.addAll(List.of(words));
        return AppRun.of(in, folder, input, argv.toArray(String[]::new));
    }

    private AppRun vault(String input, String... words) {
        return vault(session, AppRun.bytes(input), words);
    }

    private void put(String name, String value) {
        AppRun run = vault(value, "put", name);
        assertEquals(0, run.status(), run.err());
    }

    private Path store() {
        return folder.resolve("store");
    }

    @Test
    void givesBackWhatWasPut() {
        assertEquals(NO_SUCH_NAME, vault("", "get", "site").status());
        put("site", "user:pass word\n");
        put("db", "second");
        put("zebra", "");
        put("db", "replaced");

        assertEquals("user:pass word\n", vault("", "get", "site").text());
        assertEquals("replaced", vault("", "get", "db").text());
        assertEquals("", vault("", "get", "zebra").text());
        assertEquals("db\nsite\nzebra\n", vault("", "list").text());
        assertEquals("4\n", vault("", "generation").text());
        assertEquals(0, vault("", "rm", "db").status());
        AppRun gone = vault("", "get", "db");
        assertEquals(NO_SUCH_NAME, gone.status());
        assertEquals("ta_vault: no such name: db\n", gone.err());
        assertEquals(NO_SUCH_NAME, vault("", "rm", "db").status());
        assertEquals("site\nzebra\n", vault("", "list").text());
        assertFalse(Files.exists(folder.resolve("store.lock")));
    }

    @Test
    void keepsBytesOfEveryKind() {
        byte[] value = new byte[65536];
        new Random(1).nextBytes(value);
        assertEquals(0, vault(session, value, "put", "blob").status());
        assertArrayEquals(value, vault("", "get", "blob").out());

        AppRun larger = vault(session, Arrays.copyOf(value, 65537), "put", "blob");
        assertEquals(TOO_MUCH, larger.status());
        assertArrayEquals(value, vault("", "get", "blob").out(), "the old value stays");
    }

    @Test
    void limitsTheWholeStore() {
        byte[] value = new byte[65536];
        for (int i = 0; i < 7; i++) {
            assertEquals(0, vault(session, value, "put", "n" + i).status());
        }
        AppRun tooMuch = vault(session, value, "put", "n8");
        assertEquals(TOO_MUCH, tooMuch.status());
        assertEquals("ta_vault: the store would be too large: /data/store\n", tooMuch.err());
        assertEquals("n0\nn1\nn2\nn3\nn4\nn5\nn6\n", vault("", "list").text());
    }

    @Test
    void showsTheNormalWorldNeitherNamesNorValues() {
        put("the-name-of-it", "the value of it");
        byte[] sealed = AppRun.content(store());
        assertTrue(sealed.length > 32);
        assertEquals(-1, AppRun.find(sealed, AppRun.bytes("the-name"), 0));
        assertEquals(-1, AppRun.find(sealed, AppRun.bytes("the value"), 0));
        byte[] before = sealed.clone();
        put("the-name-of-it", "the value of it");
        assertFalse(Arrays.equals(before, AppRun.content(store())), "the same content sealed twice");
    }

    @Test
    void refusesAStoreThatWasChangedOrCutShort() throws IOException {
        put("site", "secret");
        byte[] good = AppRun.content(store());
        List<byte[]> bad = new ArrayList<>();
        for (int at = 0; at < good.length; at += 7) {
            byte[] changed = good.clone();
            changed[at] ^= 1;
            bad.add(changed);
        }
        for (int length : new int[] {0, 1, 8, 9, good.length / 2, good.length - 1}) {
            bad.add(Arrays.copyOf(good, length));
        }
        bad.add(Arrays.copyOf(good, good.length + 1));
        for (byte[] bytes : bad) {
            Files.write(store(), bytes);
            AppRun run = vault("", "get", "site");
            assertEquals(REFUSED, run.status());
            assertEquals("", run.text());
            assertEquals(REFUSED, vault("other", "put", "site").status());
            assertArrayEquals(bytes, AppRun.content(store()), "what it cannot open it does not replace");
        }
        Files.write(store(), good);
        assertEquals("secret", vault("", "get", "site").text());
    }

    @Test
    void refusesTheStoreOfAnotherMachineAndOfOtherCode() throws IOException {
        put("site", "secret");
        try (Bench elsewhere = new Bench(TestBackends.trustZone());
                RuntimeSession there = AppRun.open(elsewhere, "ta_vault")) {
            assertEquals(REFUSED, vault(there, new byte[0], "get", "site").status());
        }
        byte[] module = AppRun.content(AppRun.module("ta_vault"));
        byte[] other = Arrays.copyOf(module, module.length + 3);
        other[module.length + 1] = 1; // an empty custom section
        Path file = Files.write(folder.resolve("imposter.wasm"), other);
        try (RuntimeSession imposter = bench.open(file, Bench.MEMORY)) {
            assertEquals(REFUSED, vault(imposter, new byte[0], "get", "site").status());
        }
        try (RuntimeSession signer = AppRun.open(bench, "ta_signer")) {
            assertEquals(REFUSED, AppRun.of(signer, folder, new byte[0], "ta_signer", "/data/store").status());
        }
        assertEquals("secret", vault("", "get", "site").text());
    }

    /** An old copy is whole and sealed by the right code: only who remembers a generation can tell. */
    @Test
    void noticesAnOldCopyIfAskedTo() throws IOException {
        put("site", "old");
        byte[] old = AppRun.content(store());
        put("site", "new");
        Files.write(store(), old);

        assertEquals("old", vault("", "get", "site").text());
        AppRun asked = vault("", "-g", "2", "get", "site");
        assertEquals(OLDER, asked.status());
        assertEquals("", asked.text());
        Files.delete(store());
        assertEquals(OLDER, vault("", "-g", "2", "get", "site").status());
        assertEquals(OLDER, vault("x", "-g", "2", "put", "site").status());
        assertFalse(Files.exists(store()));
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        for (String[] words : new String[][] {{}, {"get"}, {"put"}, {"list", "x"}, {"forget", "x"}, {"get", ""},
            {"get", "a\nb"}, {"get", "n".repeat(256)}, {"-g", "x", "list"}, {"-g", "-1", "list"}, {"-x", "list"},
            {"-g", "99999999999999999999", "list"}}) {
            AppRun run = vault("", words);
            assertEquals(USAGE, run.status(), List.of(words) + run.err());
        }
        assertEquals(0, vault("v", "put", "n".repeat(255)).status());
        assertFalse(Files.exists(folder.resolve("store.lock")));
    }

    @Test
    void saysWhatFailed() {
        AppRun run = AppRun.of(session, folder, new byte[0], "ta_vault", "-f", "/data/none/store", "list");
        assertEquals(FAILED, run.status());
        assertEquals("ta_vault: No such file or directory: /data/none/store\n", run.err());
    }

    @Test
    void needsABackendThatSeals() {
        try (Bench none = new Bench(TestBackends.none()); RuntimeSession there = AppRun.open(none, "ta_vault")) {
            AppRun run = vault(there, AppRun.bytes("x"), "put", "site");
            assertEquals(NO_KEYS, run.status());
            assertEquals("ta_vault: the TA's backend cannot seal; see tee:list\n", run.err());
            assertFalse(Files.exists(store()));
        }
    }

    /** What is written at the same time is written one after the other: nothing is lost. */
    @Test
    void losesNothingToAnotherWriter() {
        int writers = 4;
        try (RuntimeSession several = AppRun.open(bench, "ta_vault", "guests=" + (writers + 1))) {
            List<Pipe> pipes = new ArrayList<>();
            List<GuestProcess> guests = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                Pipe in = Pipe.open();
                Pipe out = Pipe.open();
                pipes.addAll(List.of(in, out));
                guests.add(
                        AppRun.start(several, folder, in, out, out, "ta_vault", "-f", "/data/store", "put", "w" + i));
            }
            for (int i = 0; i < writers; i++) {
                AppRun.write(pipes.get(2 * i), AppRun.bytes("value " + i));
                pipes.get(2 * i).writer().close();
            }
            guests.forEach(guest -> assertEquals(0, Bench.end(guest).status().orElseThrow()));
            pipes.forEach(Pipe::close);
            assertEquals("w0\nw1\nw2\nw3\n", vault(several, new byte[0], "list").text());
            assertEquals("4\n", vault(several, new byte[0], "generation").text());
        }
    }
}
