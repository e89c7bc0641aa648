package dev.steppe.api;

import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;

/** What a client says of one allocation on its node. */
public record AllocationReport(AllocationId id, Allocation.ClientStatus client, Allocation.Health health) {}
