"""Stripe's published test values, copied from its pages: docs.stripe.com/testing and /connect/testing.

Source: the copies of 2024-04-21 and 2026-05-15, and, for what an answer shows of a bank account, recorded test-mode
answers of 2023 to 2024; older numbers are those of the same pages from 2018 on. Written from those, not from the package's own tables: they are held against this.
Countries are ISO 3166; "-" is nothing, "?" is not published. A token is `tok_` and the name, a payment method `pm_card_`.
"""

from __future__ import annotations


def rows(text: str) -> list[list[str]]:
    """Read a table: a line a row, `|` between the cells, and nothing for `-`."""
    lines = [line.split("|") for line in text.strip().splitlines()]
    return [["" if cell.strip() == "-" else cell.strip() for cell in line] for line in lines]


# Testing, "Cards by brand": our name | number | brand | funding | country | token
BRANDS = rows("""
visa | 4242424242424242 | Visa | credit | US | visa
visa_debit | 4000056655665556 | Visa | debit | US | visa_debit
mastercard | 5555555555554444 | MasterCard | credit | US | mastercard
mastercard_2_series | 2223003122003222 | MasterCard | credit | US | -
mastercard_debit | 5200828282828210 | MasterCard | debit | US | mastercard_debit
mastercard_prepaid | 5105105105105100 | MasterCard | prepaid | US | mastercard_prepaid
amex | 378282246310005 | American Express | credit | US | amex_threeDSecureNotSupported
amex_2 | 371449635398431 | American Express | credit | US | amex
discover | 6011111111111117 | Discover | credit | US | discover
discover_2 | 6011000990139424 | Discover | credit | US | -
discover_debit | 6011981111111113 | Discover | debit | US | -
diners | 3056930009020004 | Diners Club | credit | US | diners
diners_older | 30569309025904 | Diners Club | credit | ? | -
diners_older_2 | 38520000023237 | Diners Club | credit | ? | -
diners_14_digits | 36227206271667 | Diners Club | credit | US | -
bccard | 6555900000604105 | ? | credit | ? | -
jcb | 3566002020360505 | JCB | credit | ? | jcb
unionpay | 6200000000000005 | UnionPay | credit | CN | unionpay
unionpay_debit | 6200000000000047 | UnionPay | debit | CN | -
unionpay_19_digits | 6205500000000000004 | UnionPay | credit | CN | -
cartes_bancaires_visa | 4000002500001001 | Visa | credit | FR | -
cartes_bancaires_mastercard | 5555552500001001 | MasterCard | credit | FR | -
eftpos_visa | 4000050360000001 | Visa | debit | AU | -
eftpos_mastercard | 5555050360000080 | MasterCard | debit | AU | -
""")

# Testing, "Cards by country": country | number | brand | funding | our name | token
COUNTRIES = rows("""
US | 4242424242424242 | Visa | credit | US | us
AR | 4000000320000021 | Visa | credit | AR | ar
BR | 4000000760000002 | Visa | credit | BR | br
CA | 4000001240000000 | Visa | credit | CA | ca
CL | 4000001520000001 | Visa | credit | CL | cl
CO | 4000001700000003 | Visa | credit | CO | co
CR | 4000001880000005 | Visa | credit | CR | cr
EC | 4000002180000000 | Visa | credit | EC | ec
MX | 4000004840008001 | Visa | credit | MX | mx
PA | 4000005910000000 | Visa | credit | PA | pa
PY | 4000006000000066 | Visa | credit | PY | py
PE | 4000006040000068 | Visa | credit | PE | pe
UY | 4000008580000003 | Visa | credit | UY | uy
AE | 4000007840000001 | Visa | credit | AE | ae
AE | 5200007840000022 | MasterCard | credit | AE_mastercard | -
AT | 4000000400000008 | Visa | credit | AT | at
BE | 4000000560000004 | Visa | credit | BE | be
BG | 4000001000000000 | Visa | credit | BG | bg
BY | 4000001120000005 | Visa | credit | BY | by
HR | 4000001910000009 | Visa | credit | HR | hr
CY | 4000001960000008 | Visa | credit | CY | cy
CZ | 4000002030000002 | Visa | credit | CZ | cz
DK | 4000002080000001 | Visa | credit | DK | dk
EE | 4000002330000009 | Visa | credit | EE | ee
FI | 4000002460000001 | Visa | credit | FI | fi
FR | 4000002500000003 | Visa | credit | FR | fr
DE | 4000002760000016 | Visa | credit | DE | de
GI | 4000002920000005 | Visa | credit | GI | gi
GR | 4000003000000030 | Visa | credit | GR | gr
HU | 4000003480000005 | Visa | credit | HU | hu
IE | 4000003720000005 | Visa | credit | IE | ie
IT | 4000003800000008 | Visa | credit | IT | it
LV | 4000004280000005 | Visa | credit | LV | lv
LI | 4000004380000004 | Visa | credit | LI | li
LT | 4000004400000000 | Visa | credit | LT | lt
LU | 4000004420000006 | Visa | credit | LU | lu
MT | 4000004700000007 | Visa | credit | MT | mt
NL | 4000005280000002 | Visa | credit | NL | nl
NO | 4000005780000007 | Visa | credit | NO | no
PL | 4000006160000005 | Visa | credit | PL | pl
PT | 4000006200000007 | Visa | credit | PT | pt
RO | 4000006420000001 | Visa | credit | RO | ro
RU | 4000006430000009 | Visa | credit | RU | ru
SA | 4000006820000007 | Visa | credit | SA | sa
SI | 4000007050000006 | Visa | credit | SI | si
SK | 4000007030000001 | Visa | credit | SK | sk
ES | 4000007240000007 | Visa | credit | ES | es
SE | 4000007520000008 | Visa | credit | SE | se
CH | 4000007560000009 | Visa | credit | CH | ch
GB | 4000008260000000 | Visa | credit | GB | gb
GB | 4000058260000005 | Visa | debit | GB_debit | gb_debit
GB | 5555558265554449 | MasterCard | credit | GB_mastercard | gb_mastercard
AU | 4000000360000006 | Visa | credit | AU | au
CN | 4000001560000002 | Visa | credit | CN | cn
HK | 4000003440000004 | Visa | credit | HK | hk
IN | 4000003560000008 | Visa | credit | IN | in
JP | 4000003920000003 | Visa | credit | JP | jp
JP | 3530111333300000 | JCB | credit | JP_jcb | jp_jcb
MY | 4000004580000002 | Visa | credit | MY | my
NZ | 4000005540000008 | Visa | credit | NZ | nz
SG | 4000007020000003 | Visa | credit | SG | sg
TW | 4000001580000008 | Visa | credit | TW | tw
TH | 4000007640000003 | Visa | credit | TH | th_credit
TH | 4000057640000008 | Visa | debit | TH_debit | th_debit
""")

# Testing, "Declined payments": our name | number | tokens | code | decline code | does it fail when it is attached?
DECLINES = rows("""
charge_declined | 4000000000000002 | visa_chargeDeclined chargeDeclined | card_declined | generic_decline | yes
insufficient_funds | 4000000000009995 | visa_chargeDeclinedInsufficientFunds chargeDeclinedInsufficientFunds | card_declined | insufficient_funds | yes
lost_card | 4000000000009987 | visa_chargeDeclinedLostCard chargeDeclinedLostCard | card_declined | lost_card | yes
stolen_card | 4000000000009979 | visa_chargeDeclinedStolenCard chargeDeclinedStolenCard | card_declined | stolen_card | yes
expired_card | 4000000000000069 | chargeDeclinedExpiredCard | expired_card | expired_card | yes
incorrect_cvc | 4000000000000127 | chargeDeclinedIncorrectCvc | incorrect_cvc | incorrect_cvc | yes
processing_error | 4000000000000119 | chargeDeclinedProcessingError | processing_error | processing_error | yes
fraudulent_older | 4000000000000019 | chargeDeclinedFraudulent | card_declined | fraudulent | ?
velocity_exceeded | 4000000000006975 | visa_chargeDeclinedVelocityLimitExceeded | card_declined | card_velocity_exceeded | yes
decline_after_attaching | 4000000000000341 | chargeCustomerFail visa_chargeCustomerFail | card_declined | generic_decline | no
fraudulent | 4100000000000019 | radarBlock | card_declined | fraudulent | no
""")
# Made as the number with the same name, but declined as another: token | number | decline code
DECLINED_OTHERWISE = rows("""
visa_chargeCustomerFailLostCard | 4000000000000341 | lost_card
""")

# Testing, "Invalid data": our name | parameters | code, already when the token is made
INVALID = rows("""
incorrect_number | number=4242424242424241 | incorrect_number
invalid_expiry_month | number=4242424242424242 exp_month=13 | invalid_expiry_month
invalid_expiry_year | number=4242424242424242 exp_year=95 | invalid_expiry_year
invalid_cvc | number=4242424242424242 cvc=99 | invalid_cvc
""")

# Testing, "Fraud prevention": our name | number | tokens | what the charge shows
RISKS = rows("""
fraudulent | 4100000000000019 | radarBlock | highest
risk_highest | 4000000000004954 | riskLevelHighest | highest
risk_elevated | 4000000000009235 | riskLevelElevated | elevated
""")
# our name | number | tokens | checks of the charge's card, where code, line and zip were sent
CHECKS = rows("""
cvc_check_fails | 4000000000000101 | cvcCheckFail cvcCheckFailElevatedRisk | cvc fail
zip_check_fails | 4000000000000036 | avsZipFail avsZipFailElevatedRisk | address_zip fail
line1_check_fails | 4000000000000028 | avsLine1Fail | address_line1 fail
address_checks_fail | 4000000000000010 | avsFail | address_line1 fail address_zip fail
address_checks_unavailable | 4000000000000044 | avsUnchecked | address_line1 unavailable address_zip unavailable
""")

# Testing, "Disputes", "Refunds", "Available balance", "PIN"; Connect testing, "Trigger cards". They are charged; what
# comes later is in the name. our name | number | tokens | country
LATER = rows("""
dispute_fraudulent | 4000000000000259 | createDispute | US
dispute_product_not_received | 4000000000002685 | createDisputeProductNotReceived | US
dispute_inquiry | 4000000000001976 | createDisputeInquiry | US
early_fraud_warning | 4000000000005423 | - | US
disputes_multiple | 4000000404000079 | - | ?
refund_pending | 4000000000007726 | - | US
refund_fails | 4000000000005126 | refundFail | US
bypass_pending | 4000000000000077 | bypassPending | US
bypass_pending_international | 4000003720000278 | bypassPendingInternational | IE
domestic_pricing | 4000000000000093 | domesticPricing | US
pin_offline | 4001007020000002 | - | ?
pin_offline_retry | 4000008260000075 | - | GB
pin_online | 4001000360000005 | - | ?
pin_online_retry | 4000002760000008 | - | DE
next_requirements | 4000000000004202 | visa_triggerNextRequirements visa_triggerVerification | US
charge_block | 4000000000004210 | visa_triggerChargeBlock | US
payout_block | 4000000000004236 | visa_triggerPayoutBlock visa_triggerTransferBlock | US
3ds_already_set_up | 4000003800000446 | authenticationRequiredSetupForOffSession | IT
3ds_supported | 4000000000003055 | threeDSecureOptional | US
3ds_supported_error | 4000000000003097 | threeDSecureOptionalProcessingError | US
3ds_recommended | 4000000000003089 | - | ?
3ds_frictionless | 4000000032200000 | - | ?
""")
# Payments in India, "Testing": a mandate's first payment succeeds, what comes later is in the name.
# our name | number | token | country
MANDATES = rows("""
IN_mandate | 4000003560000123 | indiaRecurringMandateSetupAndRenewalsSuccess | IN
IN_mandate_debit_canceled | 4000003560000297 | indiaRecurringPaymentFailureAfterPreDebitNotification | IN
IN_mandate_not_notified | 4000003560000248 | indiaRecurringPaymentFailureUndeliveredDebitNotification | IN
IN_mandate_canceled | 4000003560000263 | indiaRecurringPaymentFailureCanceledMandate | IN
""")
# Testing, "3D Secure" and "3D Secure mobile challenge flows": our name | number | token | country | code | decline code
# of a charge by token, which can't authenticate. With a PaymentIntent they ask for authentication.
AUTHENTICATING = rows("""
3ds_unless_set_up | 4000002500003155 | authenticationRequiredOnSetup | ? | authentication_required | authentication_required
3ds_always | 4000002760003184 | authenticationRequired | ? | authentication_required | authentication_required
3ds_required | 4000000000003220 | threeDSecure2Required | IE | authentication_required | authentication_required
3ds_required_US | 4000008400000027 | - | US | authentication_required | authentication_required
3ds_required_older | 4000000000003063 | threeDSecureRequired | ? | authentication_required | authentication_required
3ds_required_declined | 4000008400001629 | threeDSecureRequiredChargeDeclined | ? | authentication_required | authentication_required
3ds_required_error | 4000008400001280 | threeDSecureRequiredProcessingError | ? | authentication_required | authentication_required
3ds_one_time_password | 4000000000003238 | - | ? | authentication_required | authentication_required
3ds_single_select | 4000000000003246 | - | ? | authentication_required | authentication_required
3ds_multi_select | 4000000000003253 | - | ? | authentication_required | authentication_required
3ds_mobile_out_of_band | 4000582600000094 | - | ? | authentication_required | authentication_required
3ds_mobile_one_time_password | 4000582600000045 | - | ? | authentication_required | authentication_required
3ds_mobile_single_select | 4000582600000102 | - | ? | authentication_required | authentication_required
3ds_mobile_multi_select | 4000582600000110 | - | ? | authentication_required | authentication_required
3ds_insufficient_funds | 4000008260003178 | authenticationRequiredChargeDeclinedInsufficientFunds | ? | card_declined | insufficient_funds
""")

# Connect testing, "Payouts": country | currency | Visa that succeeds, fails, has no instant payouts | Mastercard
PAYOUTS = rows("""
US | usd | 4000056655665556 | 4000056655665572 | 4000056755665555 | 5200828282828210
CA | cad | 4000051240000005 | 4000051240000021 | 4000051240000039 | 5510121240000006
SG | sgd | 4000057020000008 | 4000057020000016 | 4000057020000024 | 2227200000000009
AU | aud | 4000050360000019 | 4000050360000027 | 4000050360000035 | 5555050360000023
AE | aed | 4000057840000006 | 4000057840000014 | 4000057840000022 | 5555057840000002
GB | gbp | 4000058260000203 | 4000058260000211 | 4000058260000229 | 5555058260000100
AT | eur | 4000050400000003 | 4000050400000011 | 4000050400000029 | 5555050400000009
BE | eur | 4000050560000009 | 4000050560000017 | 4000050560000025 | 5555050560000005
HR | eur | 4000051910000004 | 4000051910000012 | 4000051910000020 | 5555051910000000
CY | eur | 4000051960000003 | 4000051960000011 | 4000051960000029 | 5555051960000009
EE | eur | 4000052330000004 | 4000052330000012 | 4000052330000020 | 5555052330000000
FI | eur | 4000052460000006 | 4000052460000014 | 4000052460000022 | 5555052460000002
FR | eur | 4000052500000008 | 4000052500000016 | 4000052500000024 | 5555052500000004
DE | eur | 4000052760000037 | 4000052760000011 | 4000052760000029 | 5555052760000009
GR | eur | 4000053000000001 | 4000053000000019 | 4000053000000027 | 5555053000000007
IE | eur | 4000053720000000 | 4000053720000018 | 4000053720000026 | 5555053720000006
IT | eur | 4000053800000037 | 4000053800000011 | 4000053800000029 | 5555053800000009
LV | eur | 4000054280000000 | 4000054280000018 | 4000054280000026 | 5555054280000006
LT | eur | 4000054400000005 | 4000054400000013 | 4000054400000021 | 5555054400000001
LU | eur | 4000054420000001 | 4000054420000019 | 4000054420000027 | 5555054420000007
MT | eur | 4000054700000002 | 4000054700000010 | 4000054700000028 | 5555054700000008
NL | eur | 4000055280000007 | 4000055280000015 | 4000055280000023 | 5555055280000003
PT | eur | 4000056200000002 | 4000056200000010 | 4000056200000028 | 5555056200000008
SK | eur | 4000057030000006 | 4000057030000014 | 4000057030000022 | 5555057030000002
SI | eur | 4000057050000001 | 4000057050000019 | 4000057050000027 | 5555057050000007
ES | eur | 4000057240000036 | 4000057240000010 | 4000057240000028 | 5555057240000008
DK | dkk | 4000052080000006 | 4000052080000014 | 4000052080000022 | 5555052080000002
MY | myr | 4000054580000031 | 4000054580000015 | 4000054580000023 | 5555054580000003
NZ | nzd | 4000055540000003 | 4000055540000011 | 4000055540000029 | 5555055540000165
NO | nok | 4000055780000002 | 4000055780000010 | 4000055780000028 | 5555055780000008
SE | sek | 4000057520000003 | 4000057520000011 | 4000057520000029 | 5555057520000009
CZ | czk | 4000052030000007 | 4000052030000015 | 4000052030000023 | 5555052030000003
HU | huf | 4000053480000000 | 4000053480000018 | 4000053480000026 | 5555053480000006
PL | pln | 4000056160000000 | 4000056160000018 | 4000056160000026 | 5555056160000006
RO | ron | 4000056420000030 | 4000056420000014 | 4000056420000022 | 5555056420000002
""")
# our name | number | token | brand | funding | country
MORE_PAYOUTS = rows("""
US_payout_discover | 6011981111111113 | discover_debit_us_transferSuccess | Discover | debit | US
AU_payout_credit | 4000000360000006 | visa_credit_au | Visa | credit | AU
AE_payout_credit | 4000007840000006 | visa_credit_ae | Visa | credit | AE
""")

# Testing and Connect testing, "Bank account numbers": country | routing number | account number | what happens, our word
BANK_EFFECTS = rows("""
US | 110000000 | 000111111116 | no_account
US | 110000000 | 000111111113 | account_closed
US | 110000000 | 000222222227 | insufficient_funds
US | 110000000 | 000333333335 | debit_not_authorized
US | 110000000 | 000444444440 | invalid_currency
US | 110000000 | 000888888883 | no_instant_payout
US | 110000000 | 000999999991 | ownership_verified
US | 110000000 | 000999999992 | ownership_not_verified
US | 110000000 | 000666666661 | microdeposits_fail
US | 110000000 | 000555555559 | dispute
US | 110000000 | 000000000009 | stays_processing
US | 110000000 | 000777777771 | weekly_limit
US | 110000000 | 000888888885 | number_deactivated
US | 110000000 | 000000004954 | high_risk
AU | 110000 | 111111116 | no_account
AU | 110000 | 111111113 | account_closed
AU | 110000 | 222222227 | insufficient_funds
AU | 110000 | 333333335 | debit_not_authorized
AU | 110000 | 444444440 | invalid_currency
GB | 108800 | 11111116 | no_account
GB | 108800 | 11111113 | account_closed
GB | 108800 | 22222227 | insufficient_funds
GB | 108800 | 33333335 | debit_not_authorized
GB | 108800 | 44444440 | invalid_currency
DE | - | DE62370400440532013001 | no_account
DE | - | DE89370400440532013002 | account_closed
DE | - | DE89370400440532013003 | insufficient_funds
DE | - | DE89370400440532013004 | debit_not_authorized
DE | - | DE89370400440532013005 | invalid_currency
""")
# The same, accounts that work and that no recorded answer shows: country | routing number | account number
BANKS = rows("""
GB | 108800 | 00012345
BR | 110-0000 | 000123456789
JP | 1100000 | 0001234
MX | - | 000000001234567897
PY | 0 | 0567890123456789
""")
# The end of `btok_us_verified` and of `pm_usBankAccount`, and the effect.
BANK_TOKENS = rows("""
noAccount | no_account
accountClosed | account_closed
insufficientFunds | insufficient_funds
debitNotAuthorized | debit_not_authorized
invalidCurrency | invalid_currency
""")

# Payments by ACH direct debit, "Test account numbers": the end of `pm_usBankAccount` that no token has, and the effect.
BANK_METHODS = rows("""
failMicrodeposits | microdeposits_fail
dispute | dispute
processing | stays_processing
weeklyLimitExceeded | weekly_limit
riskLevelHighest | high_risk
""")

# Recorded answers: country | currency | routing number sent | account number sent | account type sent
# | routing number shown | last four | bank's name
BANKS_SHOWN = rows("""
AE | aed | - | AE070331234567890123456 | - | 110000000 | 3456 | STRIPE TEST BANK
AG | xcd | AAAAAGAGXYZ | 000123456789 | - | AAAAAGAGXYZ | 6789 | STRIPE TEST BANK
AL | all | AAAAALTXXXX | AL35202111090000000001234567 | - | AAAAALTXXXX | 4567 | STRIPE TEST BANK
AM | amd | AAAAAMNNXXX | 00001234567 | - | AAAAAMNNXXX | 4567 | STRIPE TEST BANK
AO | aoa | AAAAAOAOXXX | AO06004400006729503010102 | - | AAAAAOAOXXX | 0102 | STRIPE TEST BANK
AR | ars | - | 0110000600000000000000 | - | 110000000 | 0000 | STRIPE TEST BANK
AU | aud | 110000 | 000123456 | - | 11 0000 | 3456 | STRIPE TEST BANK
AZ | azn | 123456-123456 | AZ77ADJE12345678901234567890 | - | 123456123456 | 7890 | STRIPE TEST BANK
BA | bam | AAAABABAXXX | BA095520001234567812 | - | AAAABABAXXX | 7812 | STRIPE TEST BANK
BD | bdt | 110000000 | 0000123456789 | - | 110000000 | 6789 | STRIPE TEST BANK
BH | bhd | AAAABHBMXYZ | BH29BMAG1299123456BH00 | - | AAAABHBMXYZ | BH00 | STRIPE TEST BANK
BJ | xof | - | BJ66BJ0610100100144390000769 | - | 110000000 | 0769 | STRIPE TEST BANK
BN | bnd | AAAABNBBXXX | 0000123456789 | - | AAAABNBBXXX | 6789 | STRIPE TEST BANK
BS | bsd | AAAABSNSXXX | 0001234 | - | AAAABSNSXXX | 1234 | STRIPE TEST BANK
BT | btn | AAAABTBTXXX | 0000123456789 | - | AAAABTBTXXX | 6789 | STRIPE TEST BANK
BW | bwp | AAAABWBWXXX | 000123456789 | - | AAAABWBWXXX | 6789 | STRIPE TEST BANK
CA | cad | 11000-000 | 000123456789 | - | 11000-000 | 6789 | STRIPE TEST BANK
CH | chf | - | CH9300762011623852957 | - | 110000000 | 2957 | STRIPE TEST BANK
CI | xof | - | CI93CI0080111301134291200589 | - | 110000000 | 0589 | STRIPE TEST BANK
CL | clp | 999 | 000123456789 | checking | 999 | 6789 | STRIPE TEST BANK
CO | cop | 060 | 000123456789 | savings | 060 | 6789 | Banco Pichincha
DE | eur | - | DE89370400440532013000 | - | 110000000 | 3000 | STRIPE TEST BANK
DO | dop | 999 | 000123456789 | - | 999 | 6789 | STRIPE TEST BANK
DZ | dzd | AAAADZDZXXX | 00001234567890123456 | - | AAAADZDZXXX | 3456 | STRIPE TEST BANK
EC | usd | AAAAECE1XXX | 000123456789 | - | AAAAECE1XXX | 6789 | STRIPE TEST BANK
EG | egp | NBEGEGCX331 | EG800002000156789012345180002 | - | NBEGEGCX331 | 0002 | NATIONAL BANK OF EGYPT
ET | etb | AAAAETETXXX | 0000000012345 | - | AAAAETETXXX | 2345 | STRIPE TEST BANK
FR | eur | - | FR89370400440532013000 | - | 110000000 | 3000 | STRIPE TEST BANK
GA | xaf | AAAAGAGAXXX | 00001234567890123456789 | - | AAAAGAGAXXX | 6789 | STRIPE TEST BANK
GB | gbp | 23-14-70 | 00012345 | - | 23-14-70 | 2345 | WISE PAYMENTS LTD
GH | ghs | 022112 | 000123456789 | - | 022112 | 6789 | STRIPE TEST BANK
GI | gbp | - | GI75NWBK000000007099453 | - | 11-00-00000 | 9453 | STRIPE TEST BANK
GT | gtq | AAAAGTGCXYZ | GT20AGRO00000000001234567890 | - | AAAAGTGCXYZ | 7890 | STRIPE TEST BANK
GY | gyd | AAAAGYGGXYZ | 000123456789 | - | AAAAGYGGXYZ | 6789 | STRIPE TEST BANK
HK | hkd | 110-000 | 000123456 | - | 110-000 | 3456 | STRIPE TEST BANK
ID | idr | 000 | 000123456789 | - | 000 | 6789 | STRIPE TEST BANK
IL | ils | - | IL620108000000099999999 | - | 110000000 | 9999 | STRIPE TEST BANK
IN | inr | HDFC0004051 | 000123456789 | - | HDFC0004051 | 6789 | HDFC BANK - INDIRANAGAR KRISHNA TEMPLE ROAD
IS | eur | - | IS140159260076545510730339 | - | 110000000 | 0339 | STRIPE TEST BANK
JM | jmd | 111-00000 | 000123456789 | - | 111-00000 | 6789 | STRIPE TEST BANK
JO | jod | AAAAJOJOXXX | JO32ABCJ0010123456789012345678 | - | AAAAJOJOXXX | 5678 | STRIPE TEST BANK
KE | kes | BARCKENXMDR | 000123456789 | - | BARCKENXMDR | 6789 | ABSA BANK KENYA PLC
KH | khr | AAAAKHKHXXX | 000123456789 | - | AAAAKHKHXXX | 6789 | STRIPE TEST BANK
KR | krw | SGSEKRSLXXX | 000123456789 | - | SGSEKRSLXXX | 6789 | SG SECURITIES KOREA CO., LTD.
KW | kwd | AAAAKWKWXYZ | KW81CBKU0000000000001234560101 | - | AAAAKWKWXYZ | 0101 | STRIPE TEST BANK
KZ | kzt | AAAAKZKZXXX | KZ221251234567890123 | - | AAAAKZKZXXX | 0123 | STRIPE TEST BANK
LA | lak | AAAALALAXXX | 000123456789 | - | AAAALALAXXX | 6789 | STRIPE TEST BANK
LC | xcd | AAAALCLCXYZ | 000123456789 | - | AAAALCLCXYZ | 6789 | STRIPE TEST BANK
LI | chf | - | LI0508800636123378777 | - | 110000000 | 8777 | STRIPE TEST BANK
LK | lkr | AAAALKLXXXX-7010999 | 0000012345 | - | AAAALKLXXXX-7010999 | 2345 | BANK OF CEYLON
MA | mad | AAAAMAMAXXX | MA64011519000001205000534921 | - | AAAAMAMAXXX | 4921 | STRIPE TEST BANK
MC | eur | - | MC5810096180790123456789085 | - | 110000000 | 9085 | STRIPE TEST BANK
MD | mdl | AAAAMDMDXXX | MD07AG123456789012345678 | - | AAAAMDMDXXX | 5678 | STRIPE TEST BANK
MG | mga | AAAAMGMGXXX | MG4800005000011234567890123 | - | AAAAMGMGXXX | 0123 | STRIPE TEST BANK
MK | mkd | AAAAMK2XXXX | MK49250120000058907 | - | AAAAMK2XXXX | 8907 | STRIPE TEST BANK
MN | mnt | AAAAMNUBXXX | 0002222001 | - | AAAAMNUBXXX | 2001 | STRIPE TEST BANK
MO | mop | AAAAMOMXXXX | 0000000001234567897 | - | AAAAMOMXXXX | 7897 | STRIPE TEST BANK
MU | mur | AAAAMUMUXYZ | MU17BOMM0101101030300200000MUR | - | AAAAMUMUXYZ | 0MUR | STRIPE TEST BANK
MY | myr | HBMBMYKL | 000123456000 | - | TESTMYKLXXX | 6000 | STRIPE TEST BANK
MZ | mzn | AAAAMZMXXXX | 001234567890123456789 | - | AAAAMZMXXXX | 6789 | STRIPE TEST BANK
NA | nad | AAAANANXXYZ | 000123456789 | - | AAAANANXXYZ | 6789 | STRIPE TEST BANK
NE | xof | - | NE58NE0380100100130305000268 | - | 110000000 | 0268 | STRIPE TEST BANK
NG | ngn | AAAANGLAXXX | 1111111112 | - | AAAANGLAXXX | 1112 | STRIPE TEST BANK
NO | nok | - | NO9386011117947 | - | 110000000 | 7947 | STRIPE TEST BANK
NZ | nzd | - | 1100000000000010 | - | 110000 | 0010 | STRIPE TEST BANK
OM | omr | AAAAOMOMXXX | 000123456789 | - | AAAAOMOMXXX | 6789 | STRIPE TEST BANK
PA | usd | AAAAPAPAXXX | 000123456789 | - | AAAAPAPAXXX | 6789 | STRIPE TEST BANK
PE | pen | - | 99934500012345670024 | - | 999 | 0024 | STRIPE TEST BANK
PH | php | BCDEFGHI123 | 01567890123456789 | - | BCDEFGHI123 | 6789 | STRIPE TEST BANK
PK | pkr | AAAAPKKAXXX | PK36SCBL0000001123456702 | - | AAAAPKKAXXX | 6702 | STRIPE TEST BANK
PL | pln | - | PL61109010140000071219812874 | - | 110000000 | 2874 | STRIPE TEST BANK
QA | qar | AAAAQAQAXXX | QA87CITI123456789012345678901 | - | AAAAQAQAXXX | 8901 | STRIPE TEST BANK
RO | ron | - | RO49AAAA1B31007593840000 | - | 110000000 | 0000 | STRIPE TEST BANK
RS | rsd | TESTSERBXXX | RS35105008123123123173 | - | TESTSERBXXX | 3173 | STRIPE TEST BANK
RW | rwf | AAAARWRWXXX | 000123456789 | - | AAAARWRWXXX | 6789 | STRIPE TEST BANK
SA | sar | RIBLSARIXXX | SA4420000001234567891234 | - | RIBLSARIXXX | 1234 | RIYAD BANK
SE | sek | - | SE3550000000054910000003 | - | 110000000 | 0003 | STRIPE TEST BANK
SG | sgd | 1100-000 | 000123456 | - | 1100-000 | 3456 | STRIPE TEST BANK
SM | eur | AAAASMSMXXX | SM86U0322509800000000270100 | - | AAAASMSMXXX | 0100 | STRIPE TEST BANK
SN | xof | - | SN08SN0100152000048500003035 | - | 110000000 | 3035 | STRIPE TEST BANK
SV | usd | AAAASVS1XXX | SV44BCIE12345678901234567890 | - | AAAASVS1XXX | 7890 | STRIPE TEST BANK
TH | thb | 999 | 000123456789 | - | 999 | 6789 | STRIPE TEST BANK
TN | tnd | - | TN5904018104004942712345 | - | 110000000 | 2345 | STRIPE TEST BANK
TR | try | ADABTRIS | TR320010009999901234567890 | - | ADABTRIS | 7890 | DUNYA KATILIM BANKASI A.S.
TT | ttd | 99900001 | 00567890123456789 | - | 99900001 | 6789 | STRIPE TEST BANK
TW | twd | AAAATWTXXXX | 0001234567 | - | AAAATWTXXXX | 4567 | STRIPE TEST BANK
TZ | tzs | AAAATZTXXXX | 0000123456789 | - | AAAATZTXXXX | 6789 | STRIPE TEST BANK
US | usd | 110000000 | 000123456789 | - | 110000000 | 6789 | STRIPE TEST BANK
US | usd | 111000000 | 000123456789 | - | 111000000 | 6789 | STRIPE TEST BANK
US | usd | 122105155 | 000123456789 | - | 122105155 | 6789 | US BANK NA
UY | uyu | 999 | 000123456789 | - | 999 | 6789 | Otros Bancos
UZ | uzs | AAAAUZUZXXX-00000 | 99934500012345670024 | - | AAAAUZUZXXX-00000 | 0024 | STRIPE TEST BANK
VN | vnd | 01101100 | 000123456789 | - | 01101100 | 6789 | STATE BANK OF VIETNAM
ZA | zar | FIRNZAJJ | 000001234 | - | FIRNZAJJXXX | 1234 | FIRSTRAND BANK LIMITED
""")
