package org.kakuri.shell.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.kakuri.api.command.JsonView;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.api.tee.Capability;

/**
 * A result as one JSON document.
 *
 * @param text the document
 * @param exitCode exit code of the result it was made from
 */
record JsonText(String text, int exitCode) implements TextView, Outcome {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)
            .registerModule(plainTypes());

    private static SimpleModule plainTypes() {
        var module = new SimpleModule();
        module.addSerializer(Capability.class, ToStringSerializer.instance);
        module.addSerializer(Path.class, ToStringSerializer.instance);
        module.addSerializer(Optional.class, new OptionalSerializers.OfObject());
        module.addSerializer(OptionalInt.class, new OptionalSerializers.OfInt());
        return module;
    }

    static JsonText of(Object result) {
        int code = result instanceof Outcome outcome ? outcome.exitCode() : 0;
        if (result instanceof JsonView view) {
            return new JsonText(view.json(), code);
        }
        try {
            return new JsonText(MAPPER.writeValueAsString(result), code);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write as JSON: " + result.getClass().getName(), e);
        }
    }
}
