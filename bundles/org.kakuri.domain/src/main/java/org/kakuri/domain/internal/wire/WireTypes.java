package org.kakuri.domain.internal.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.kakuri.api.runtime.Descriptor;

/** How the types of the API that JSON does not know are written. Of {@code Optional}, only that of an int crosses. */
final class WireTypes extends SimpleModule {
    private static final long serialVersionUID = 1;

    static final Object OUTGOING = "kakuri.outgoing";
    static final Object INCOMING = "kakuri.incoming";

    WireTypes() {
        super("kakuri-wire");
        addSerializer(Descriptor.class, writing((descriptor, json, context) -> {
            @SuppressWarnings("unchecked")
            List<Integer> outgoing = (List<Integer>) context.getAttribute(OUTGOING);
            json.writeNumber(outgoing.size());
            outgoing.add(descriptor.number());
        }));
        addDeserializer(Descriptor.class, reading((json, context) -> new Descriptor(
                ((Arrived) context.getAttribute(INCOMING)).take(integer(Descriptor.class, json, context))), null));
        addSerializer(Path.class, writing((path, json, _) -> json.writeString(path.toAbsolutePath().toString())));
        addDeserializer(Path.class, reading((json, context) -> {
            if (!json.hasToken(JsonToken.VALUE_STRING)) {
                return (Path) context.handleUnexpectedToken(Path.class, json);
            }
            Path path = Path.of(json.getText());
            return path.isAbsolute() ? path
                    : (Path) context.handleWeirdStringValue(Path.class, json.getText(), "not an absolute path");
        }, null));
        addSerializer(OptionalInt.class, writing((value, json, _) -> {
            if (value.isPresent()) {
                json.writeNumber(value.getAsInt());
            } else {
                json.writeNull();
            }
        }));
        addDeserializer(OptionalInt.class,
                reading((json, context) -> OptionalInt.of(integer(OptionalInt.class, json, context)),
                        OptionalInt.empty()));
        addSerializer(Optional.class, writing((value, json, _) -> {
            if (value.isPresent()) {
                json.writeNumber((Integer) value.get());
            } else {
                json.writeNull();
            }
        }));
        addDeserializer(Optional.class,
                reading((json, context) -> Optional.of(integer(Optional.class, json, context)), Optional.empty()));
    }

    private static int integer(Class<?> type, JsonParser json, DeserializationContext context) throws IOException {
        if (!json.hasToken(JsonToken.VALUE_NUMBER_INT)) {
            context.handleUnexpectedToken(type, json);
        }
        return json.getIntValue();
    }

    /** Descriptors that came with a message, each to be used once. */
    static final class Arrived {
        private final List<Integer> numbers;
        private final BitSet used = new BitSet();

        Arrived(List<Integer> numbers) {
            this.numbers = numbers;
        }

        int take(int index) {
            if (index < 0 || index >= numbers.size() || used.get(index)) {
                throw new ProtocolViolation("no such descriptor, or used twice: index=" + index + ", came="
                        + numbers.size());
            }
            used.set(index);
            return numbers.get(index);
        }

        int unused() {
            return numbers.size() - used.cardinality();
        }

        boolean allUsed() {
            return unused() == 0;
        }
    }

    private interface Writing<T> {
        void write(T value, JsonGenerator json, SerializerProvider context) throws IOException;
    }

    private interface Reading<T> {
        T read(JsonParser json, DeserializationContext context) throws IOException;
    }

    private static <T> JsonSerializer<T> writing(Writing<T> how) {
        return new JsonSerializer<>() {
            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider context) throws IOException {
                how.write(value, json, context);
            }
        };
    }

    private static <T> JsonDeserializer<T> reading(Reading<T> how, T ifNull) {
        return new JsonDeserializer<>() {
            @Override
            public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
                return how.read(json, context);
            }

            @Override
            public T getNullValue(DeserializationContext context) {
                return ifNull;
            }

            @Override
            public Object getAbsentValue(DeserializationContext context) {
                return null;
            }
        };
    }
}
