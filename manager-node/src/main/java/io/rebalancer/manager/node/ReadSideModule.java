package io.rebalancer.manager.node;

import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.Projector;
import io.rebalancer.persistence.readside.ReadSide;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.actor.typed.ActorSystem;

/** The tables for lists and history, and the projection that fills them. */
final class ReadSideModule {
    static final String PROJECTOR = "Projector";

    private final ReadSide readSide;

    ReadSideModule(ActorSystem<?> system, JournalReader journal, ReadSide readSide, AuditTrail trail) {
        this.readSide = readSide;
        Singletons.start(system, PROJECTOR, Projector.create(journal, readSide, trail));
        registerGauges();
    }

    ReadSide readSide() {
        return readSide;
    }

    private void registerGauges() {
        Consumer<Gauge> active = gauge -> gauge.update(readSide.pool().get().active());
        Kamon.gauge("rebalancer.pool.active").withTag("pool", "reading").autoUpdate(active);
        Consumer<Gauge> waiting = gauge -> gauge.update(readSide.pool().get().waiting());
        Kamon.gauge("rebalancer.pool.waiting").withTag("pool", "reading").autoUpdate(waiting);
    }
}
