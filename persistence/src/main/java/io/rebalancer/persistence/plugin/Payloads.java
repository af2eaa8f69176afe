package io.rebalancer.persistence.plugin;

import java.io.IOException;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/** Values as bytes by the serializers of the actor system: serializer's id, its manifest, and what it made. */
final class Payloads {
    private final Serialization serialization;

    Payloads(ActorSystem system) {
        this.serialization = SerializationExtension.get(system);
    }

    /** @throws RuntimeException of the value's serializer, if it can't serialize it */
    void write(ByteWriter out, Object value) {
        Serializer serializer = serialization.findSerializerFor(value);
        byte[] bytes = serialization.serialize(value).get();
        out.number(serializer.identifier())
                .text(Serializers.manifestFor(serializer, value))
                .block(bytes);
    }

    Object read(ByteReader in) throws IOException {
        int serializer = in.number();
        String manifest = in.text();
        return serialization.deserialize(in.block(), serializer, manifest).get();
    }
}
