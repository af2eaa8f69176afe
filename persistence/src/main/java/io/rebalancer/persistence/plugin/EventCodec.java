package io.rebalancer.persistence.plugin;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Events as bytes of the log: a version, what Pekko needs beside the payload, and the payload by its own serializer.
 *
 * <pre>
 * version 1 · writer uuid · event manifest · timestamp · tags · metadata? · payload
 * metadata and payload: serializer id · serializer manifest · length · bytes
 * </pre>
 */
final class EventCodec {
    private static final int VERSION = 1;

    private final Serialization serialization;

    EventCodec(ActorSystem system) {
        this.serialization = SerializationExtension.get(system);
    }

    /** An event with its tags. */
    record Decoded(PersistentRepr event, List<String> tags) {}

    /** @throws RuntimeException of the payload's serializer, if it can't serialize it */
    byte[] encode(PersistentRepr repr) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            Object payload = repr.payload();
            List<String> tags = new ArrayList<>();
            if (payload instanceof Tagged tagged) {
                payload = tagged.payload();
                CollectionConverters.asJava(tagged.tags()).forEach(tags::add);
            }
            out.writeByte(VERSION);
            out.writeUTF(repr.writerUuid());
            out.writeUTF(repr.manifest());
            out.writeLong(repr.timestamp());
            out.writeInt(tags.size());
            for (String tag : tags) {
                out.writeUTF(tag);
            }
            out.writeBoolean(repr.metadata().isDefined());
            if (repr.metadata().isDefined()) {
                write(out, repr.metadata().get());
            }
            write(out, payload);
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private void write(DataOutputStream out, Object value) throws IOException {
        Serializer serializer = serialization.findSerializerFor(value);
        byte[] bytes = serialization.serialize(value).get();
        out.writeInt(serializer.identifier());
        out.writeUTF(Serializers.manifestFor(serializer, value));
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    Decoded decode(String persistenceId, long sequenceNr, byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new NotSerializableException("event " + sequenceNr + " of " + persistenceId
                        + " has envelope version " + version + "; this version knows " + VERSION);
            }
            String writerUuid = in.readUTF();
            String manifest = in.readUTF();
            long timestamp = in.readLong();
            List<String> tags = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                tags.add(in.readUTF());
            }
            Optional<Object> metadata = in.readBoolean() ? Optional.of(read(in)) : Optional.empty();
            PersistentRepr repr = PersistentRepr.apply(
                            read(in), sequenceNr, persistenceId, manifest, false, ActorRef.noSender(), writerUuid)
                    .withTimestamp(timestamp);
            return new Decoded(metadata.map(repr::withMetadata).orElse(repr), tags);
        }
    }

    private Object read(DataInputStream in) throws IOException {
        int serializerId = in.readInt();
        String manifest = in.readUTF();
        byte[] bytes = in.readNBytes(in.readInt());
        return serialization.deserialize(bytes, serializerId, manifest).get();
    }
}
