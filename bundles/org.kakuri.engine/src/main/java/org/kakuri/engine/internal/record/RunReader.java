package org.kakuri.engine.internal.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kakuri.api.KakuriException;

/**
 * Reads result folders. A last line of {@code samples.jsonl} without its line end was being written when the process died: it
 * is ignored. Anything else that cannot be read makes the result damaged.
 */
public final class RunReader {

    private RunReader() {}

    /**
     * Returns what a folder holds.
     *
     * @throws KakuriException if it is damaged, naming file and line
     */
    public static RunRecord read(Path folder) {
        Path file = folder.resolve(RunFolder.RUN);
        RunSpec spec;
        try {
            spec = SpecJson.read(Json.parse(text(file)));
        } catch (JsonProcessingException | RuntimeException problem) {
            throw damaged(file.toString(), problem);
        }
        file = folder.resolve(RunFolder.ENVIRONMENT);
        Map<String, String> environment;
        try {
            environment = Files.exists(file) ? Json.texts(Json.parse(text(file))) : Map.of();
        } catch (JsonProcessingException | RuntimeException problem) {
            throw damaged(file.toString(), problem);
        }
        var record = new RunRecord(folder, spec, environment);
        file = folder.resolve(RunFolder.SAMPLES);
        if (!Files.exists(file)) {
            return record;
        }
        String samples = text(file);
        List<String> lines = samples.substring(0, samples.lastIndexOf('\n') + 1).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            try {
                record.apply(EntryJson.read(Json.parse(lines.get(i))));
            } catch (JsonProcessingException | RuntimeException problem) {
                throw damaged(file + " line " + (i + 1), problem);
            }
        }
        return record;
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new KakuriException("cannot read " + file + ": " + failure, "the folder is no whole result", failure);
        }
    }

    private static KakuriException damaged(String where, Exception problem) {
        if (problem instanceof KakuriException known) {
            return known;
        }
        String reason = problem instanceof JsonProcessingException json ? json.getOriginalMessage()
                : problem.toString();
        return new KakuriException("damaged result: " + where + ": " + reason, "remove the folder or restore it",
                problem);
    }
}
