package io.rebalancer.persistence.readside;

import io.rebalancer.core.evacuate.JobState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/** Writes states of jobs as snapshots are written, so states of earlier builds are read with the same migrations. */
final class StateCodec {
    private final Serialization serialization;

    StateCodec(ActorSystem<?> system) {
        this.serialization = SerializationExtension.get(system);
    }

    StoredState write(FoldedJob job) {
        Serializer serializer = serialization.findSerializerFor(job.state());
        byte[] bytes = serialization.serialize(job.state()).get();
        return new StoredState(
                job.revision(),
                serializer.identifier(),
                Serializers.manifestFor(serializer, job.state()),
                Base64.getEncoder().encodeToString(compress(bytes)));
    }

    /** @throws RuntimeException if this build can't read the state, for example because a newer build wrote it */
    FoldedJob read(StoredState stored) {
        byte[] bytes = decompress(Base64.getDecoder().decode(stored.text()));
        Object state = serialization
                .deserialize(bytes, stored.serializer(), stored.manifest())
                .get();
        return new FoldedJob(stored.sequenceNr(), (JobState) state);
    }

    private static byte[] compress(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }

    private static byte[] decompress(byte[] compressed) {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            return gzip.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
