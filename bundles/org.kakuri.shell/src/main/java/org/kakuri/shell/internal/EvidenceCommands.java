package org.kakuri.shell.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.WorkingDirectory;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.CostProfiles;
import org.kakuri.api.tee.Evidence;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Writes what attest:show and attest:verify read: evidence of this machine, and the keys its manufacturer publishes. */
@Component(property = {CommandSet.SCOPE + "=attest", CommandSet.FUNCTION + "=quote", CommandSet.FUNCTION + "=root"})
public final class EvidenceCommands implements CommandSet {
    private static final int STARTING = 30;
    private static final int MOST_NONCE = 64;

    private final Workbench workbench;
    private final CostProfiles profiles;

    /** Takes what the commands ask. */
    @Activate
    public EvidenceCommands(@Reference Workbench workbench, @Reference CostProfiles profiles) {
        this.workbench = workbench;
        this.profiles = profiles;
    }

    /**
     * What was written.
     *
     * @param file where
     * @param format what it is
     * @param bytes its length
     */
    public record Written(String file, String format, long bytes) implements TextView {
        @Override
        public String text() {
            return "%s, %d bytes: %s".formatted(file, bytes, format);
        }
    }

    /** Lets an instance make evidence. */
    @Descriptor("Opens a session, lets its instance attest, and writes the evidence (of SGX: a quote) to a file.")
    public Written quote(@WordsSyntax(flags = "domain") @Descriptor("""
            RUNTIME IMAGE --out FILE [OPTION...]
            RUNTIME      name of the runtime
            IMAGE        what is attested, as for rt:run
            --out FILE   where the evidence is written
            --tee NAME   backend; default is the one in use
            --nonce HEX  what the evidence is to be bound to, at most 64 bytes; default is nothing
            --domain, --memory SIZE, --option N=V, --mode MODE  as for rt:run""") Words words) throws IOException {
        words.onlyNames(List.of("out", "tee", "nonce", "memory", "option", "mode"));
        Path out = out(words);
        RuntimeInfo runtime = workbench.runtime(words.word(0, "RUNTIME"));
        var image = RtCommands.image(runtime, WorkingDirectory.resolve(words.word(1, "IMAGE")));
        Evidence evidence = new GuestRunner(workbench, profiles, runtime, image, words, Map.of())
                .attest(nonce(words));
        Files.write(out, evidence.bytes());
        return new Written(out.toString(), evidence.format(), evidence.bytes().length);
    }

    /** Writes the manufacturer's keys. */
    @Descriptor("Writes the public keys that the model's manufacturer publishes for this machine, as PEM for --roots.")
    public Written root(@WordsSyntax @Descriptor("""
            --out FILE [OPTION...]
            --out FILE      where the keys are written
            --tee NAME      backend; default is the one in use
            --runtime NAME  a runtime that has a meaning on it; default is the one in use""") Words words)
            throws IOException {
        words.onlyNames(List.of("out", "tee", "runtime"));
        Path out = out(words);
        var selector = new Selector(words.value("tee"), words.value("runtime"), Set.of(), Selector.DEFAULT_HOST);
        try (var lease = workbench.lease(selector, Deadline.inSeconds(STARTING))) {
            List<byte[]> keys = lease.trustedKeys();
            if (keys.isEmpty()) {
                throw new Unsupported("nobody publishes keys for backend " + lease.backend().name(),
                        "name one that attests: --tee sgx");
            }
            String pem = keys.stream().map(EvidenceCommands::pem).collect(Collectors.joining());
            Files.writeString(out, pem, StandardCharsets.US_ASCII);
            return new Written(out.toString(),
                    keys.size() == 1 ? "a public key, PEM" : keys.size() + " public keys, PEM",
                    pem.length());
        }
    }

    private static String pem(byte[] key) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(key);
        return "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n".formatted(body);
    }

    private static Path out(Words words) {
        Path out = WorkingDirectory.resolve(words.value("out")
                .orElseThrow(() -> new UsageError("where to?", "say --out FILE")));
        if (Files.isDirectory(out) || out.getParent() != null && !Files.isDirectory(out.getParent())) {
            throw new UsageError("no file can be written there: " + out, "name a file in a folder that exists");
        }
        return out;
    }

    private static byte[] nonce(Words words) {
        Optional<String> hex = words.value("nonce");
        try {
            byte[] nonce = hex.map(HexFormat.of()::parseHex).orElse(new byte[0]);
            if (nonce.length <= MOST_NONCE) {
                return nonce;
            }
        } catch (IllegalArgumentException e) {
            throw new UsageError("--nonce is not hexadecimal: " + hex.orElse(""), "", e);
        }
        throw new UsageError("--nonce has more than %d bytes".formatted(MOST_NONCE), "give fewer");
    }
}
