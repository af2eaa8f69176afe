package io.rebalancer.manager.node;

import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.core.port.CertificateService;
import io.rebalancer.manager.certificate.CertificateKeys;
import io.rebalancer.manager.certificate.ManagerCertificateService;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Clock;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;

/** The certificates of drained storage nodes. */
final class CertificateModule {
    private final CertificateService service;

    CertificateModule(
            ActorSystem<?> system,
            MetadataModule metadata,
            JobsModule jobs,
            JournalReader journal,
            CertificateKeys keys) {
        this.service = new ManagerCertificateService(
                system,
                jobs.nodes(),
                jobs.service(),
                journal,
                Set.copyOf(metadata.tier().shards()),
                metadata.verification(),
                keys,
                BlockingExecutor.on(system, Dispatchers.READ_SIDE),
                Cluster.get(system).selfMember().address().hostPort(),
                Clock.systemUTC());
    }

    CertificateService service() {
        return service;
    }
}
