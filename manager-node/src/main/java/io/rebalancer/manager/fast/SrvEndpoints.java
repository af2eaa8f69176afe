package io.rebalancer.manager.fast;

import io.rebalancer.cluster.async.Failures;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupSession;

/**
 * Endpoints from SRV records, {@code _SERVICE._tcp.NAME} (manta.md 7.10). They are looked up for every connection; the
 * resolver caches answers for their TTL. Among the records with the best priority one is picked at random.
 */
public final class SrvEndpoints implements FastEndpoints {
    private final LookupSession session;
    private final Name record;

    /**
     * Does no I/O yet.
     *
     * @param session see {@link #session}
     * @param service such as {@code moray}
     * @param name such as {@code 1.moray.us-east.example.com}
     * @throws IllegalArgumentException if {@code name} is not a DNS name
     */
    public SrvEndpoints(LookupSession session, String service, String name) {
        this.session = session;
        try {
            this.record = Name.fromString("_" + service + "._tcp." + name, Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("not a DNS name: " + name + " (" + e.getMessage() + ")", e);
        }
    }

    /** @param nameServer the DNS server to query, or empty to use the servers of this machine's configuration */
    public static LookupSession session(Optional<InetSocketAddress> nameServer) {
        Resolver resolver = nameServer.<Resolver>map(SimpleResolver::new).orElseGet(ExtendedResolver::new);
        return LookupSession.builder()
                .resolver(resolver)
                .cache(new Cache(DClass.IN))
                .build();
    }

    @Override
    public CompletionStage<Endpoint> pick(Optional<Endpoint> avoid) {
        return session.lookupAsync(record, Type.SRV).handle((answer, failure) -> {
            if (failure != null) {
                throw new CompletionException(FastUnavailable.notSent("no SRV record " + record + " ("
                        + Failures.rootCause(failure).getMessage()
                        + "); configure a port for the shard if it has no SRV record"));
            }
            return choose(answer.getRecords(), avoid);
        });
    }

    private Endpoint choose(List<Record> records, Optional<Endpoint> avoid) {
        int best = records.stream()
                .mapToInt(each -> ((SRVRecord) each).getPriority())
                .min()
                .orElse(0);
        List<Endpoint> all = records.stream()
                .map(SRVRecord.class::cast)
                .filter(each -> each.getPriority() == best)
                .map(each -> new Endpoint(each.getTarget().toString(true), each.getPort()))
                .toList();
        List<Endpoint> others =
                all.stream().filter(each -> !avoid.equals(Optional.of(each))).toList();
        List<Endpoint> from = others.isEmpty() ? all : others;
        if (from.isEmpty()) {
            throw new CompletionException(FastUnavailable.notSent("the SRV record " + record + " is empty"));
        }
        return from.get(ThreadLocalRandom.current().nextInt(from.size()));
    }
}
