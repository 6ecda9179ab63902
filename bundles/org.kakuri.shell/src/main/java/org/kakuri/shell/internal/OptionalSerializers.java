package org.kakuri.shell.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/** An optional is its value or null. */
final class OptionalSerializers {
    private OptionalSerializers() {}

    @SuppressWarnings("rawtypes")
    static final class OfObject extends StdSerializer<Optional> {
        private static final long serialVersionUID = 1;

        OfObject() {
            super(Optional.class);
        }

        @Override
        public void serialize(Optional value, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (value.isPresent()) {
                provider.defaultSerializeValue(value.get(), out);
            } else {
                out.writeNull();
            }
        }
    }

    static final class OfInt extends StdSerializer<OptionalInt> {
        private static final long serialVersionUID = 1;

        OfInt() {
            super(OptionalInt.class);
        }

        @Override
        public void serialize(OptionalInt value, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (value.isPresent()) {
                out.writeNumber(value.getAsInt());
            } else {
                out.writeNull();
            }
        }
    }
}
