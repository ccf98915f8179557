/* All families of explanations for one instruction set.
 *
 * baseline.c and avx2.c define LANES, the number of groups worked on side by side (1 or
 * 4), and FAMILIES, the name of the table, and include this file once. The names in the
 * headers it includes are private to that file.
 */
#include "explain/lanes.h"
#include "explain/blocks.h"

#include "explain/rates.h"
#include "explain/price_volume.h"
#include "explain/bridge.h"
#include "explain/indices.h"
#include "explain/fates.h"

#define FAMILY(name, how, reads, totals, parts, item_parts, ...)                      \
    {name, reads, parts, item_parts, explain,                                         \
     &(const ev_kernels){how, totals, __VA_ARGS__}}
#define PRICE_VOLUME(name, how, parts)                                                \
    FAMILY("price_volume_" #name, how, 4, 6, parts, parts, gather_##name,             \
           settle_price_volume, spread_##name, NULL)
#define RATIO_INDEX(name, how)                                                        \
    FAMILY("index_" name, how, 4, 4, 5, 0, gather_values, settle_ratios, NULL, NULL)
#define LOG_INDEX(name, how)                                                          \
    FAMILY("index_" name, how, 4, 7, 5, 0, gather_values, settle_logs, spread_logs,   \
           close_logs)
#define FISHER_SHARES(name, how)                                                      \
    FAMILY("index_contributions_" name, how, 4, 4, 2, 1, gather_values, settle_shares, \
           spread_shares, NULL)

const ev_explanation FAMILIES[] = {
    FAMILY("contributions", ONLY, 2, 3, 2, 1, gather_contributions, settle_contributions,
           spread_contributions, close_items),
    FAMILY("mix_rate_symmetric", SYMMETRIC, 4, 4, 2, 2, gather_rates, settle_rates,
           spread_rates, close_items),
    FAMILY("mix_rate_three_way", THREE_WAY, 4, 4, 2, 3, gather_rates, settle_rates,
           spread_rates, close_items),
    PRICE_VOLUME(laspeyres, LASPEYRES, 6),
    PRICE_VOLUME(paasche, PAASCHE, 6),
    PRICE_VOLUME(bennet, BENNET, 6),
    PRICE_VOLUME(three_way, THREE_WAY, 7),
    FAMILY("price_volume_mix", ONLY, 4, 9, 7, 0, gather_units, settle_units, NULL, NULL),
    FAMILY("margin_bridge", ONLY, 6, 16, 9, 0, gather_bridge, settle_bridge, NULL, NULL),
    RATIO_INDEX("laspeyres", LASPEYRES),
    RATIO_INDEX("paasche", PAASCHE),
    RATIO_INDEX("fisher", FISHER),
    LOG_INDEX("tornqvist", TORNQVIST),
    LOG_INDEX("sato_vartia", SATO_VARTIA),
    FISHER_SHARES("price", OF_PRICE),
    FISHER_SHARES("quantity", OF_QUANTITY),
    FAMILY("sums_by_fate", ONLY, 2, FATES, FATES + 1, 0, gather_fates, settle_fates, NULL,
           NULL),
    {NULL, 0, 0, 0, NULL, NULL},
};
