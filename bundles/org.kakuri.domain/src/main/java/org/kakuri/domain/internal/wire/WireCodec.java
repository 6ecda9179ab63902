package org.kakuri.domain.internal.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;

/**
 * Messages as JSON and back. Strict: unknown, missing and repeated fields, unknown types and trailing text are refused. A
 * {@link org.kakuri.api.runtime.Descriptor} anywhere in a message becomes its index in the list of descriptors that travels
 * beside it, and the receiver's own number on arrival. Thread-safe.
 */
public final class WireCodec {
    private final ObjectWriter writer;
    private final ObjectReader reader;

    /** Makes a codec; its caches live and die with it. */
    public WireCodec() {
        JsonMapper mapper = JsonMapper.builder()
                .typeFactory(TypeFactory.defaultInstance()
                        .withCache((LookupCache<Object, JavaType>) new LRUMap<Object, JavaType>(16, 200)))
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .addMixIn(SessionSpec.HostCalls.class, HostCallsTypes.class)
                .addMixIn(Quiescence.class, QuiescenceTypes.class)
                .addMixIn(Access.class, AccessTypes.class)
                .addModule(new WireTypes())
                .build();
        writer = mapper.writerFor(Message.class);
        reader = mapper.readerFor(Message.class);
    }

    /**
     * A message ready to be sent.
     *
     * @param json its text
     * @param descriptors numbers of this process's descriptors that go along, by index
     */
    public record Encoded(byte[] json, List<Integer> descriptors) {}

    /** Encodes a message. */
    public Encoded encode(Message message) {
        List<Integer> descriptors = new ArrayList<>();
        try {
            byte[] json = writer.withAttribute(WireTypes.OUTGOING, descriptors).writeValueAsBytes(message);
            return new Encoded(json, List.copyOf(descriptors));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be sent: " + message.getClass().getSimpleName(), e);
        }
    }

    /**
     * Decodes a message.
     *
     * @param json its text
     * @param descriptors the descriptors that came along, as numbers of this process
     * @throws ProtocolViolation if it is not a message, or does not use each descriptor exactly once
     */
    public Message decode(byte[] json, List<Integer> descriptors) {
        WireTypes.Arrived arrived = new WireTypes.Arrived(descriptors);
        Message message;
        try {
            message = reader.withAttribute(WireTypes.INCOMING, arrived).readValue(json);
        } catch (IOException | RuntimeException e) {
            throw new ProtocolViolation("not a message of this protocol: " + firstLine(e), e);
        }
        if (message == null) {
            throw new ProtocolViolation("not a message of this protocol: null");
        }
        if (!arrived.allUsed()) {
            throw new ProtocolViolation("descriptors that no field refers to: count=" + arrived.unused());
        }
        return message;
    }

    private static String firstLine(Exception e) {
        String text = e instanceof JsonProcessingException json ? json.getOriginalMessage() : String.valueOf(e);
        return text.lines().findFirst().orElse(e.getClass().getSimpleName());
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
    @JsonSubTypes({@Type(value = SessionSpec.Local.class, name = "local"),
        @Type(value = SessionSpec.Mediated.class, name = "mediated")})
    private interface HostCallsTypes {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
    @JsonSubTypes({@Type(value = Quiescence.AtRest.class, name = "at-rest"),
        @Type(value = Quiescence.NotNow.class, name = "not-now")})
    private interface QuiescenceTypes {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
    @JsonSubTypes({@Type(value = Access.Granted.class, name = "granted"),
        @Type(value = AccessFault.class, name = "fault")})
    private interface AccessTypes {}
}
