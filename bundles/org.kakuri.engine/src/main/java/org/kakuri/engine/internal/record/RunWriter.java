package org.kakuri.engine.internal.record;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.kakuri.api.KakuriException;

/**
 * Writes a run as it happens: each entry is a line that is handed to the operating system before the next block begins. Keeps
 * the record that a reader of the folder would get. Thread-safe.
 */
public final class RunWriter implements AutoCloseable {
    private final RunRecord record;
    private final BufferedWriter samples;

    /**
     * Begins the files of a run.
     *
     * @param folder empty folder
     * @param spec what the run sets out to do
     * @param environment facts of the machine
     */
    public RunWriter(Path folder, RunSpec spec, Map<String, String> environment) {
        record = new RunRecord(folder, spec, environment);
        RunFolder.write(folder.resolve(RunFolder.RUN), Json.pretty(SpecJson.write(spec)));
        writeEnvironment();
        try {
            samples = Files.newBufferedWriter(folder.resolve(RunFolder.SAMPLES), StandardOpenOption.CREATE_NEW);
        } catch (IOException failure) {
            throw unwritable(failure);
        }
    }

    /** Appends an entry. */
    public synchronized void append(Entry entry) {
        try {
            samples.write(Json.line(EntryJson.write(entry)));
            samples.write('\n');
            samples.flush();
        } catch (IOException failure) {
            throw unwritable(failure);
        }
        record.apply(entry);
    }

    /** Adds a fact of the machine that only the end of the run tells. */
    public synchronized void environment(String key, String value) {
        record.environment(key, value);
        writeEnvironment();
    }

    private void writeEnvironment() {
        RunFolder.write(record.folder().resolve(RunFolder.ENVIRONMENT), Json.pretty(Json.texts(record.machine())));
    }

    /** Returns the record. To be read when nobody appends any more. */
    public RunRecord record() {
        return record;
    }

    private KakuriException unwritable(IOException failure) {
        return new KakuriException(
                "cannot write " + record.folder().resolve(RunFolder.SAMPLES) + ": " + failure,
                "check the space left on the disk", failure);
    }

    @Override
    public synchronized void close() {
        try {
            samples.close();
        } catch (IOException failure) {
            throw unwritable(failure);
        }
    }
}
