package org.kakuri.runtime.libos.internal;

import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.WorkingDirectory;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.runtime.libos.image.KeyFile;
import org.kakuri.runtime.libos.shield.ConsoleRecords;
import org.osgi.service.component.annotations.Component;

/** The user's end of a console shield. */
@Component(property = {CommandSet.SCOPE + "=rt", CommandSet.FUNCTION + "=console"})
public final class ConsoleCommands implements CommandSet {
    private static final int OUTPUT = 1;
    private static final int ERRORS = 2;

    /** Opens or seals a stream. */
    @Descriptor("Opens what a program with a console shield (option shield.console) writes, or seals what it is to read.")
    public void console(@WordsSyntax(flags = {"seal", "errors"}) @Descriptor("""
            --key FILE [--errors | --seal] [INPUT]
            --key FILE  the key, 64 hexadecimal digits
            --errors    what is opened is standard error, not standard output
            --seal      seal standard input for a program instead of opening its output
            INPUT       a file; otherwise standard input. The result goes to standard output""") Words words)
            throws IOException {
        words.onlyNames(List.of("key"));
        if (words.positional().size() > 1) {
            throw new UsageError("too many words: " + words.positional(), "name one file at most");
        }
        byte[] key = KeyFile.read(WorkingDirectory.resolve(words.value("key")
                .orElseThrow(() -> new UsageError("no key was given", "say --key FILE"))));
        try (InputStream in = words.positional().isEmpty() ? new FileInputStream(FileDescriptor.in)
                : Files.newInputStream(WorkingDirectory.resolve(words.positional().getFirst()))) {
            var out = new FileOutputStream(FileDescriptor.out);
            if (words.flags().contains("seal")) {
                seal(in, out, key);
            } else {
                open(new BufferedInputStream(in), out, key, words.flags().contains("errors") ? ERRORS : OUTPUT);
            }
        }
    }

    /** Seals everything for the input of a program. */
    static void seal(InputStream in, OutputStream out, byte[] key) throws IOException {
        var sealer = new ConsoleRecords.Sealer(key, 0);
        out.write(sealer.header());
        byte[] plain = new byte[ConsoleRecords.MOST];
        int n;
        do {
            n = in.read(plain);
            out.write(sealer.record(plain, Math.max(0, n), n < 0));
        } while (n >= 0);
    }

    /**
     * Opens everything.
     *
     * @throws Refused at the first record that is not what was sealed; what was before it has been written
     */
    static void open(InputStream in, OutputStream out, byte[] key, int direction) throws IOException {
        var stream = ConsoleRecords.Opener.of(in, key, direction)
                .orElseThrow(() -> new Refused("there is no stream: not one byte came", "did the program run?"));
        for (Optional<byte[]> plain = stream.next(); plain.isPresent(); plain = stream.next()) {
            out.write(plain.get());
        }
        if (in.read() >= 0) {
            throw new Refused("something follows the last record of the console", "what was written before is whole");
        }
    }
}
