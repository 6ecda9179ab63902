package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Deadline;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.service.ServiceExtension;

/** Enclaves and what can be told of them without one. */
@Timeout(60)
@ExtendWith(ServiceExtension.class)
class SgxTest {
    @TempDir
    Path folder;

    @InjectService
    CommandProcessor processor;

    @InjectService
    Workbench workbench;

    private record Run(String text, int code) {}

    private Run run(String line) throws Exception {
        var out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            Object result = session.execute(line);
            return new Run(session.format(result, Converter.INSPECT).toString(),
                    result instanceof Outcome outcome ? outcome.exitCode() : 0);
        }
    }

    @Test
    void measuresAndQuotesAnImageAsACommandTellsFromTheImageAlone() throws Exception {
        RuntimeImage image = Modules.RETURNS.in(folder);
        Path quote = folder.resolve("quote");
        String mrenclave;
        try (var lease = workbench.lease(Selector.of("sgx", "wasm"), Deadline.inSeconds(5));
                var session = lease.open(image, SessionSpec.inline("s", 1 << 20))) {
            mrenclave = session.measurement().hex();
            Files.write(quote, session.attest(new byte[] {1, 2, 3}).bytes());
        }

        assertTrue(run("tee:measure " + image.path()).text().contains("MRENCLAVE  " + mrenclave));
        assertTrue(run("attest:show " + quote).text().contains(mrenclave));
        Run verdict = run("attest:verify " + quote + " --nonce 010203 --mrenclave " + mrenclave);
        assertTrue(verdict.text().endsWith("NOT TRUSTED: root"), verdict.text());
        assertEquals(1, verdict.code(), "the model's root is not Intel's");
    }

    @Test
    void verifiesAQuoteThroughFilesAlone() throws Exception {
        RuntimeImage image = Modules.RETURNS.in(folder);
        Path quote = folder.resolve("a.quote");
        Path root = folder.resolve("root.pem");

        run("attest:quote wasm " + image.path() + " --tee sgx --memory 1m --nonce 0a0b --out " + quote);
        run("attest:root --tee sgx --runtime wasm --out " + root);

        String verify = "attest:verify " + quote + " --roots " + root;
        Run good = run(verify + " --nonce 0a0b");
        assertTrue(good.text().endsWith("\ntrusted"), good.text());
        assertEquals(0, good.code());
        Run other = run(verify + " --nonce 0a0c");
        assertTrue(other.text().endsWith("NOT TRUSTED: nonce"), other.text());
        byte[] bytes = Files.readAllBytes(quote);
        bytes[48 + 64] ^= 1;
        Files.write(quote, bytes);
        assertTrue(run(verify).text().endsWith("NOT TRUSTED: quote-signature"), run(verify).text());
    }

    @Test
    void signsAnImageAndChecksTheSignature() throws Exception {
        RuntimeImage image = Modules.RETURNS.in(folder);
        Path sig = folder.resolve("sig");

        run("tee:sign " + image.path() + " " + sig + " --isvsvn 2");
        Run good = run("tee:verify " + sig + " --image " + image.path());
        byte[] bytes = Files.readAllBytes(sig);
        bytes[1026] ^= 1;
        Files.write(sig, bytes);
        Run forged = run("tee:verify " + sig);

        assertEquals(0, good.code(), good.text());
        assertTrue(good.text().contains("ISVSVN      2"), good.text());
        assertEquals(1, forged.code());
        assertTrue(forged.text().contains("FAIL signature    SGX_INVALID_SIGNATURE (8)"), forged.text());
    }
}
