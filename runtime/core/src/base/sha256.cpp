#include "base/sha256.h"

#include <algorithm>
#include <cstring>

namespace ssam {
namespace {

constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

uint32_t big_endian(const uint8_t* p) {
    return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | uint32_t{p[3]};
}

// One round; of the eight words only d and h get new values.
inline void turn(uint32_t a, uint32_t b, uint32_t c, uint32_t& d, uint32_t e, uint32_t f,
                 uint32_t g, uint32_t& h, uint32_t added) {
    const uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const uint32_t t1 = h + s1 + (g ^ (e & (f ^ g))) + added;
    const uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    d += t1;
    h = t1 + s0 + ((a & b) | (c & (a | b)));
}

}  // namespace

void Sha256::compress(const uint8_t* block) {
    uint32_t w[64];
    for (int i = 0; i < 16; ++i) {
        w[i] = big_endian(block + 4 * i);
    }
    for (int i = 16; i < 64; ++i) {
        const uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        const uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state_[0], b = state_[1], c = state_[2], d = state_[3];
    uint32_t e = state_[4], f = state_[5], g = state_[6], h = state_[7];
    // Eight rounds at a time: the letters change places instead of their values.
    for (int i = 0; i < 64; i += 8) {
        const uint32_t* k = kRound + i;
        const uint32_t* x = w + i;
        turn(a, b, c, d, e, f, g, h, k[0] + x[0]);
        turn(h, a, b, c, d, e, f, g, k[1] + x[1]);
        turn(g, h, a, b, c, d, e, f, k[2] + x[2]);
        turn(f, g, h, a, b, c, d, e, k[3] + x[3]);
        turn(e, f, g, h, a, b, c, d, k[4] + x[4]);
        turn(d, e, f, g, h, a, b, c, k[5] + x[5]);
        turn(c, d, e, f, g, h, a, b, k[6] + x[6]);
        turn(b, c, d, e, f, g, h, a, k[7] + x[7]);
    }
    const uint32_t worked[8] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; ++i) {
        state_[i] += worked[i];
    }
}

void Sha256::add(const void* bytes, size_t size) {
    const uint8_t* from = static_cast<const uint8_t*>(bytes);
    total_ += size;
    if (pending_size_ > 0) {
        const size_t taken = std::min(size, pending_.size() - pending_size_);
        std::copy_n(from, taken, pending_.data() + pending_size_);
        pending_size_ += taken;
        from += taken;
        size -= taken;
        if (pending_size_ < pending_.size()) {
            return;
        }
        compress(pending_.data());
        pending_size_ = 0;
    }
    for (; size >= pending_.size(); size -= pending_.size(), from += pending_.size()) {
        compress(from);
    }
    std::copy_n(from, size, pending_.data());
    pending_size_ = size;
}

std::string Sha256::finish() {
    const uint64_t bits = total_ * 8;
    const uint8_t one = 0x80;
    add(&one, 1);
    const uint8_t zeros[64] = {};
    add(zeros, (64 + 56 - pending_size_) % 64);
    uint8_t length[8];
    for (int i = 0; i < 8; ++i) {
        length[i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
    }
    add(length, sizeof length);

    const char* digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(64);
    for (const uint32_t word : state_) {
        for (int shift = 28; shift >= 0; shift -= 4) {
            hex.push_back(digits[word >> shift & 15u]);
        }
    }
    return hex;
}

}  // namespace ssam
