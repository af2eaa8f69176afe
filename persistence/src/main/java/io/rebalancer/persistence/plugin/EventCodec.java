package io.rebalancer.persistence.plugin;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import scala.jdk.javaapi.CollectionConverters;

/** Pekko's events as bytes of the log, as {@link StoredEvent} draws them. */
final class EventCodec {
    private static final int USUAL_BYTES = 512;

    private final Payloads payloads;

    EventCodec(ActorSystem system) {
        this.payloads = new Payloads(system);
    }

    /** @throws RuntimeException of the payload's serializer, if it can't serialize it */
    byte[] encode(PersistentRepr repr) {
        Object payload = repr.payload();
        List<String> tags = List.of();
        if (payload instanceof Tagged tagged) {
            payload = tagged.payload();
            tags = List.copyOf(CollectionConverters.asJava(tagged.tags()));
        }
        ByteWriter out = new ByteWriter(USUAL_BYTES)
                .version(StoredEvent.VERSION)
                .text(repr.writerUuid())
                .text(repr.manifest())
                .number(repr.timestamp())
                .number(tags.size());
        tags.forEach(out::text);
        out.flag(repr.metadata().isDefined());
        if (repr.metadata().isDefined()) {
            payloads.write(out, repr.metadata().get());
        }
        payloads.write(out, payload);
        return out.toBytes();
    }

    PersistentRepr decode(String persistenceId, long sequenceNr, byte[] bytes) throws IOException {
        StoredEvent stored = StoredEvent.read(persistenceId, sequenceNr, bytes);
        ByteReader rest = stored.rest();
        Optional<Object> metadata = rest.flag() ? Optional.of(payloads.read(rest)) : Optional.empty();
        PersistentRepr repr = PersistentRepr.apply(
                        payloads.read(rest),
                        sequenceNr,
                        persistenceId,
                        stored.manifest(),
                        false,
                        ActorRef.noSender(),
                        stored.writerUuid())
                .withTimestamp(stored.timestamp());
        return metadata.map(repr::withMetadata).orElse(repr);
    }
}
