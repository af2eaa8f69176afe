package io.rebalancer.manager.node;

import io.rebalancer.cluster.message.AuditMessage;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.manager.audit.AuditLog;
import io.rebalancer.manager.audit.ClusterAuditTrail;
import java.time.Clock;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;

/** The audit log of what operators ordered and what the system decided. */
final class AuditModule {
    static final String AUDIT_LOG = "AuditLog";

    private final AuditTrail trail;

    AuditModule(ActorSystem<?> system) {
        ActorRef<AuditMessage> log = Singletons.start(system, AUDIT_LOG, AuditLog.create(Clock.systemUTC()));
        this.trail = new ClusterAuditTrail(system, log);
    }

    AuditTrail trail() {
        return trail;
    }
}
