package io.rebalancer.persistence.plugin;

import java.io.IOException;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/** Encodes values with the serializers of the actor system: the serializer's id, its manifest, and the bytes. */
final class Payloads {
    private final Serialization serialization;

    Payloads(ActorSystem system) {
        this.serialization = SerializationExtension.get(system);
    }

    /** @throws RuntimeException from the serializer, if it can't serialize the value */
    void write(ByteWriter writer, Object value) {
        Serializer serializer = serialization.findSerializerFor(value);
        byte[] bytes = serialization.serialize(value).get();
        writer.number(serializer.identifier())
                .text(Serializers.manifestFor(serializer, value))
                .block(bytes);
    }

    Object read(ByteReader reader) throws IOException {
        int serializer = reader.number();
        String manifest = reader.text();
        return serialization.deserialize(reader.block(), serializer, manifest).get();
    }
}
