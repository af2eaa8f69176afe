package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.KeyRange;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The claims of a range, out of claims that begin before the range or with it. */
final class ClaimsIn implements Iterator<Claim> {
    private final KeyRange range;
    private final Iterator<Claim> claims;
    private Optional<Claim> ahead;

    ClaimsIn(KeyRange range, Iterator<Claim> claims) {
        this.range = range;
        this.claims = claims;
        this.ahead = read();
    }

    @Override
    public boolean hasNext() {
        return ahead.isPresent();
    }

    @Override
    public Claim next() {
        Claim next = ahead.orElseThrow(NoSuchElementException::new);
        ahead = read();
        return next;
    }

    private Optional<Claim> read() {
        while (claims.hasNext()) {
            Claim claim = claims.next();
            if (claim.key().compareTo(range.upTo()) > 0) {
                return Optional.empty();
            }
            if (range.contains(claim.key())) {
                return Optional.of(claim);
            }
        }
        return Optional.empty();
    }
}
