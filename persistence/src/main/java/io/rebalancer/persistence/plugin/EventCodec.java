package io.rebalancer.persistence.plugin;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import scala.jdk.javaapi.CollectionConverters;

/** Encodes Pekko's events in the format of {@link StoredEvent}. */
final class EventCodec {
    private static final int INITIAL_BYTES = 512;

    private final Payloads payloads;

    EventCodec(ActorSystem system) {
        this.payloads = new Payloads(system);
    }

    /** @throws RuntimeException from the serializer, if it can't serialize the payload */
    byte[] encode(PersistentRepr repr) {
        Object payload = repr.payload();
        List<String> tags = List.of();
        if (payload instanceof Tagged tagged) {
            payload = tagged.payload();
            tags = List.copyOf(CollectionConverters.asJava(tagged.tags()));
        }
        ByteWriter writer = new ByteWriter(INITIAL_BYTES)
                .version(StoredEvent.VERSION)
                .text(repr.writerUuid())
                .text(repr.manifest())
                .number(repr.timestamp())
                .number(tags.size());
        tags.forEach(writer::text);
        writer.flag(repr.metadata().isDefined());
        if (repr.metadata().isDefined()) {
            payloads.write(writer, repr.metadata().get());
        }
        payloads.write(writer, payload);
        return writer.toBytes();
    }

    PersistentRepr decode(String persistenceId, long sequenceNr, byte[] bytes) throws IOException {
        StoredEvent envelope = StoredEvent.read(persistenceId, sequenceNr, bytes);
        ByteReader rest = envelope.rest();
        Optional<Object> metadata = rest.flag() ? Optional.of(payloads.read(rest)) : Optional.empty();
        PersistentRepr repr = PersistentRepr.apply(
                        payloads.read(rest),
                        sequenceNr,
                        persistenceId,
                        envelope.manifest(),
                        false,
                        ActorRef.noSender(),
                        envelope.writerUuid())
                .withTimestamp(envelope.timestamp());
        return metadata.map(repr::withMetadata).orElse(repr);
    }
}
